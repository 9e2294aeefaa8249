namespace Messaging.Kit.InMemory;

/// <summary>Where the bytes of a stored body are: in a block of a <see cref="BodyStore"/>, or in an array of their own.</summary>
/// <param name="Own">The array, when it is not in a block.</param>
/// <param name="Block">The block's number.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct StoredBody(byte[]? Own, int Block, int Length);
