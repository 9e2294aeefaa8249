namespace Messaging.Kit.InMemory;

/// <summary>
/// The line of a standard queue: who comes first is served first, and who comes back queues up again behind the others, so
/// that a message that fails every time holds nobody up.
/// </summary>
internal sealed class StandardLine(MessageStore messages) : WaitingLine(messages)
{
    private MessageList<StoredMessage.ByPlace> _line;

    public override void Add(int index) => _line.AddLast(Messages, index);

    public override int Take() => _line.RemoveFirst(Messages);

    public override void EndTake()
    {
    }

    public override void Release(int index)
    {
    }

    public override void Remove(int index) => _line.Remove(Messages, index);
}
