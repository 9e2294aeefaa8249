namespace Messaging.Kit.InMemory;

/// <summary>The messages of one key in a FIFO queue.</summary>
internal sealed class FifoGroup
{
    public Link<FifoGroup> Turn;

    /// <summary>Those that wait, by sequence.</summary>
    public IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> Messages;

    public string Key { get; set; } = "";

    /// <summary>How many of its messages are with a receiver or have been returned with a delay: no other is delivered meanwhile.</summary>
    public int Held { get; set; }

    /// <summary>Whether it is among the groups to take from.</summary>
    public bool HasTurn { get; set; }

    internal readonly struct ByTurn : ILink<FifoGroup>
    {
        public static ref Link<FifoGroup> Of(FifoGroup element) => ref element.Turn;
    }
}
