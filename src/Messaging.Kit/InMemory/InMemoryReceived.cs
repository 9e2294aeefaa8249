using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory;

/// <summary>One delivery of a message: a copy that its receiver may change, and the receipt that it settles with.</summary>
internal sealed class InMemoryReceived : ReceivedEnvelope
{
    public InMemoryReceived(InMemoryQueue queue, int index, in StoredMessage message, byte[] body)
        : base(message.Uuid, message.Id, message.Type, body)
    {
        (Queue, Index, Sequence) = (queue, index, message.Sequence);
        (Source, Time, Key, ContentType) = (message.Source, message.Time, message.Key, message.ContentType);
        DeliveryCount = message.DeliveryCount;
        FirstDelivered = message.DeliveryCount == 0 ? null : message.FirstDelivered;
        if (message.Headers is not null)
        {
            CopyHeaders(message.Headers);
        }
    }

    public InMemoryQueue Queue { get; }

    /// <summary>Where the message was stored when it was delivered.</summary>
    public int Index { get; }

    /// <summary>Whose receipt this is; with <see cref="ReceivedEnvelope.DeliveryCount"/>, of which delivery.</summary>
    public long Sequence { get; }

    /// <summary>Whether it has been settled: settling again changes nothing. Guarded by the queue's lock.</summary>
    public bool IsSettled { get; set; }
}
