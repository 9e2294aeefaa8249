namespace Messaging.Kit.InMemory;

/// <summary>The messages of one key in a FIFO queue.</summary>
internal sealed class FifoGroup
{
    /// <summary>Those that wait, by sequence.</summary>
    public MessageList<StoredMessage.ByPlace> Waiting;

    public string Key { get; set; } = "";

    /// <summary>How many of its messages are with a receiver or have been returned with a delay: no other is delivered meanwhile.</summary>
    public int Held { get; set; }

    /// <summary>Whether it stands in the line of groups.</summary>
    public bool HasTurn { get; set; }
}
