namespace Messaging.Kit.InMemory;

/// <summary>A message in a queue: what was sent, and where it stands. Nobody outside gets hold of it.</summary>
internal struct StoredMessage
{
    public StoredContent Content;

    /// <summary>Its number in the order of acceptance: it tells it from all other messages of the queue, for good.</summary>
    public long Sequence;

    /// <summary>When it was accepted, in ticks of the broker's clock.</summary>
    public long AcceptedAt;

    /// <summary>When its lease ends, in ticks of the broker's clock.</summary>
    public long DueAt;

    public DateTimeOffset FirstDelivered;
    public int DeliveryCount;
    public MessageState State;

    /// <summary>The group whose order it keeps. It holds the group while it is leased, and while it is delayed after that.</summary>
    public FifoGroup? Group;

    /// <summary>The neighbours where it is: in the line, in its group, among the leases. A free place points to the next one.</summary>
    public Links Place;

    /// <summary>The neighbours in the order of acceptance.</summary>
    public Links Age;

    internal readonly struct ByPlace : ILinks
    {
        public static ref Links Of(ref StoredMessage message) => ref message.Place;
    }

    internal readonly struct ByAge : ILinks
    {
        public static ref Links Of(ref StoredMessage message) => ref message.Age;
    }
}
