namespace Messaging.Kit.InMemory;

/// <summary>The messages of a queue that wait, and the rule by which the next one is chosen.</summary>
internal abstract class WaitingLine(MessageStore messages)
{
    protected MessageStore Messages { get; } = messages;

    /// <summary>Adds a message: a new one, or one that comes back and with that lets go of its group.</summary>
    public abstract void Add(int index);

    /// <summary>Takes the next message; it holds its group until it is added again or released.</summary>
    /// <returns>Its index, or 0 when none may be delivered.</returns>
    public abstract int Take();

    /// <summary>Ends one receive's series of <see cref="Take"/>.</summary>
    public abstract void EndTake();

    /// <summary>A message that was taken, or never added, is gone: it lets go of the group that it holds, if it holds one.</summary>
    public abstract void Release(int index);

    /// <summary>A message that waits is gone.</summary>
    public abstract void Remove(int index);
}
