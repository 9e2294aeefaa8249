using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory;

/// <summary>
/// A message in a queue, and at the same time the envelope that its receiver gets and the receipt that it settles with: one
/// object for each delivery. The receiver may change the envelope, so what a redelivery needs is kept beside it, and the
/// redelivery is another object; that is what makes an old receipt worthless.
/// </summary>
/// <remarks>Everything declared here is guarded by the queue's lock.</remarks>
internal sealed class InMemoryMessage : ReceivedEnvelope
{
    private readonly byte[] _storedBody;
    private readonly string _storedContentType;
    private MessageHeaders? _storedHeaders;

    public Link<InMemoryMessage> Place;
    public Link<InMemoryMessage> Age;

    /// <summary>Takes an envelope in.</summary>
    /// <param name="queue">The queue it goes to.</param>
    /// <param name="envelope">The envelope; only read.</param>
    /// <param name="body">A copy of its body that nobody changes.</param>
    public InMemoryMessage(InMemoryQueue queue, Envelope envelope, byte[] body)
        : base(envelope)
    {
        (Queue, _storedBody, _storedContentType) = (queue, body, envelope.ContentType);
        Body = body;
        Delay = TimeSpan.Zero;
    }

    private InMemoryMessage(InMemoryQueue queue, InMemoryMessage stored)
        : base(stored.Id, stored.Type, stored._storedBody)
    {
        (Queue, _storedBody, _storedContentType, _storedHeaders) = (queue, stored._storedBody, stored._storedContentType, stored._storedHeaders);
        (Source, Time, Key, ContentType) = (stored.Source, stored.Time, stored.Key, _storedContentType);
        if (_storedHeaders is not null)
        {
            foreach (var (name, value) in _storedHeaders)
            {
                // Not Set: names that came from another system may be longer than Set takes.
                Headers.AddForeign(name, value);
            }
        }
    }

    public InMemoryQueue Queue { get; }

    /// <summary>The group whose order it keeps; while it is delayed after a delivery or leased it holds the group.</summary>
    public FifoGroup? Group { get; set; }

    public MessageState State { get; set; }

    /// <summary>Its number in the order of arrival; kept by redeliveries.</summary>
    public long Sequence { get; set; }

    /// <summary>When the queue accepted it, in ticks of the broker's clock; kept by redeliveries.</summary>
    public long AcceptedAt { get; set; }

    /// <summary>When the lease or the delay ends, in ticks of the broker's clock.</summary>
    public long DueAt { get; set; }

    /// <summary>From now on the receiver may change the envelope.</summary>
    public void Deliver(DateTimeOffset now)
    {
        if (DeliveryCount == 1)
        {
            MarkFirstDelivered(now);
        }

        StoreHeaders();
    }

    /// <summary>The same message for its next delivery.</summary>
    public InMemoryMessage Again() => new(Queue, this)
    {
        DeliveryCount = DeliveryCount + 1,
        FirstDelivered = FirstDelivered,
        Group = Group,
        Sequence = Sequence,
        AcceptedAt = AcceptedAt,
    };

    /// <summary>The same message as a new one in another queue.</summary>
    public InMemoryMessage MoveTo(InMemoryQueue queue) => new(queue, this);

    /// <summary>A copy of a message that waits; nothing can be settled with it.</summary>
    public InMemoryMessage Snapshot()
    {
        StoreHeaders();
        return new(Queue, this) { DeliveryCount = DeliveryCount, FirstDelivered = FirstDelivered, State = MessageState.Lost };
    }

    private void StoreHeaders()
    {
        if (_storedHeaders is null && HasHeaders)
        {
            _storedHeaders = new MessageHeaders(Headers);
        }
    }

    /// <summary>Links of the place where a message is: a line, a group or the leases.</summary>
    internal readonly struct ByPlace : ILink<InMemoryMessage>
    {
        public static ref Link<InMemoryMessage> Of(InMemoryMessage element) => ref element.Place;
    }

    /// <summary>Links of all messages of a queue in the order of their arrival.</summary>
    internal readonly struct ByAge : ILink<InMemoryMessage>
    {
        public static ref Link<InMemoryMessage> Of(InMemoryMessage element) => ref element.Age;
    }
}
