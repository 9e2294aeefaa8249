namespace Messaging.Kit.EventBridge;

/// <summary>A part of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The items, possibly none although there are more pages.</param>
/// <param name="NextToken">Asks for the next page; <see langword="null"/> on the last.</param>
public sealed record EventBridgePage<T>(IReadOnlyList<T> Items, string? NextToken);
