namespace Messaging.Kit.Transports;

/// <summary>What a sender or a receiver can do, beyond moving messages.</summary>
[Flags]
public enum TransportFeatures
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Sender: honours <see cref="Messages.Envelope.Delay"/>.</summary>
    Delay = 1,

    /// <summary>Sender and receiver: messages with the same key are delivered in the order in which they were accepted.</summary>
    Ordering = 1 << 1,

    /// <summary>
    /// Sender: order holds only when the next message of a key is sent after the one before it has been accepted, because
    /// entries of one call can fail on their own and calls can overtake each other. The kit sees to it.
    /// </summary>
    SerialKeys = 1 << 2,

    /// <summary>Sender: a message with the id of an earlier one is accepted but not delivered again, for as long as the transport remembers.</summary>
    Deduplication = 1 << 3,

    /// <summary>Sender: bodies travel as bytes; without it a body that is not JSON grows by a third, as base64.</summary>
    BinaryBody = 1 << 4,

    /// <summary>Receiver: a returned message is delivered again, and its deliveries are counted.</summary>
    Redelivery = 1 << 5,

    /// <summary>Receiver: a returned message can stay away for a time first.</summary>
    RedeliveryDelay = 1 << 6,

    /// <summary>Receiver: a message that is neither settled nor renewed within the lease is delivered again.</summary>
    Lease = 1 << 7,

    /// <summary>Receiver: what a handler publishes to the same broker is undone when its message is returned.</summary>
    Transactions = 1 << 8,

    /// <summary>Sender: compresses what it sends, many messages together, which makes them smaller than one by one.</summary>
    Compression = 1 << 9,

    /// <summary>Sender: who gets a message may depend on what is in its body, by filters or rules of the broker.</summary>
    RoutingByBody = 1 << 10,
}
