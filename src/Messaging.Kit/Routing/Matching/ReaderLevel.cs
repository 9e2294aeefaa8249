namespace Messaging.Kit.Routing.Matching;

/// <summary>An object or an array that the reader is in.</summary>
/// <param name="Node">What is asked for below it.</param>
/// <param name="Element">The element of an array that it lies in, or is.</param>
/// <param name="Array">The number of the array; 0 for an object.</param>
/// <param name="IsElement">Whether it is an element of an array itself.</param>
internal readonly record struct ReaderLevel(PathNode Node, int Element, int Array, bool IsElement);
