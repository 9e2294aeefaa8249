namespace Messaging.Kit.InMemory;

/// <summary>
/// The line of a standard queue: who comes first is served first, and who comes back queues up again behind the others, so
/// that a message that fails every time holds nobody up.
/// </summary>
internal sealed class StandardLine : WaitingLine
{
    private IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> _messages;

    public override void Add(InMemoryMessage message) => _messages.AddLast(message);

    public override InMemoryMessage? Take() => _messages.RemoveFirst();

    public override void EndTake()
    {
    }

    public override void Release(InMemoryMessage message)
    {
    }

    public override void Remove(InMemoryMessage message) => _messages.Remove(message);
}
