namespace Messaging.Kit.InMemory;

/// <summary>One delivery of a queue's message, with the receipt that it settles with.</summary>
internal sealed class InMemoryReceived : InMemoryEnvelope
{
    public InMemoryReceived(InMemoryQueue queue, int index, in StoredMessage message, byte[] body)
        : base(in message.Content, body)
    {
        (Queue, Index, Sequence) = (queue, index, message.Sequence);
        DeliveryCount = message.DeliveryCount;
        FirstDelivered = message.DeliveryCount == 0 ? null : message.FirstDelivered;
    }

    public InMemoryQueue Queue { get; }

    /// <summary>Where the message was stored when it was delivered.</summary>
    public int Index { get; }

    /// <summary>Whose receipt this is; with <see cref="Messages.ReceivedEnvelope.DeliveryCount"/>, of which delivery.</summary>
    public long Sequence { get; }

    /// <summary>Whether it has been settled: settling again changes nothing. Guarded by the queue's lock.</summary>
    public bool IsSettled { get; set; }
}
