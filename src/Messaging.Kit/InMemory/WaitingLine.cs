namespace Messaging.Kit.InMemory;

/// <summary>The messages of a queue that wait, and the rule by which the next one is chosen.</summary>
internal abstract class WaitingLine
{
    /// <summary>Adds a message: a new one, or one that comes back and with that lets go of its group.</summary>
    public abstract void Add(InMemoryMessage message);

    /// <summary>Takes the next message; it holds its group until it is added again or released.</summary>
    /// <returns>The message, or <see langword="null"/> when none may be delivered.</returns>
    public abstract InMemoryMessage? Take();

    /// <summary>Ends one receive's series of <see cref="Take"/>.</summary>
    public abstract void EndTake();

    /// <summary>A message that was taken is gone: it lets go of its group, if it holds one.</summary>
    public abstract void Release(InMemoryMessage message);

    /// <summary>A message that waits is gone.</summary>
    public abstract void Remove(InMemoryMessage message);
}
