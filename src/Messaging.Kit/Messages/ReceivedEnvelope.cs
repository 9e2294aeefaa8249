namespace Messaging.Kit.Messages;

/// <summary>An envelope as a transport delivered it. Transports derive from it to carry what they need to settle it.</summary>
public class ReceivedEnvelope : Envelope
{
    // Ticks of UTC: a third of what a value with an offset that may be missing takes in each message.
    private readonly long _firstDelivered;

    /// <summary>Makes a received envelope.</summary>
    /// <param name="id">Identifies the message.</param>
    /// <param name="type">The name of the message type, or an empty string when the message carries none.</param>
    /// <param name="body">The encoded message.</param>
    public ReceivedEnvelope(string id, string type, ReadOnlyMemory<byte> body)
        : base(id, type, body)
    {
    }

    /// <summary>Makes a received envelope, with an id that becomes a text when it is asked for.</summary>
    /// <param name="utf8Id">The id as UTF-8, not empty; not to be changed any more.</param>
    /// <param name="type">The name of the message type, or an empty string when the message carries none.</param>
    /// <param name="body">The encoded message.</param>
    protected ReceivedEnvelope(byte[] utf8Id, string type, ReadOnlyMemory<byte> body)
        : base(utf8Id, type, body)
    {
    }

    // For the in-memory transport, which keeps an id in the form it came in.
    internal ReceivedEnvelope(Guid uuid, string? id, string type, ReadOnlyMemory<byte> body)
        : base(uuid, id, type, body)
    {
    }

    /// <summary>Copies an envelope; the body's memory is shared, the headers are not.</summary>
    /// <param name="other">The envelope to copy.</param>
    protected ReceivedEnvelope(Envelope other)
        : base(other)
    {
    }

    /// <summary>
    /// How often the message has been delivered, this delivery included: 1 the first time. As exact as the transport's own
    /// count; SQS calls its count approximate.
    /// </summary>
    public int DeliveryCount { get; init; } = 1;

    /// <summary>
    /// What the message keeps its order with, on sources that have order: messages with the same lane are handled one after the other. The
    /// key, unless overridden; <see langword="null"/> for none.
    /// </summary>
    public virtual string? Lane => Key;

    /// <summary>
    /// Called before the message goes into the pipeline, in the flow of its handler: for ambient state of the transport's own,
    /// such as a transaction. Does nothing unless overridden; must not throw.
    /// </summary>
    public virtual void OnHandling()
    {
    }

    // To be sent on as it came; with a deduplication id of its own, for one that is sent there again soon would be dropped as a duplicate.
    internal Envelope CopyToSend()
    {
        var copy = new Envelope(Id, Type, Body) { DeduplicationId = Guid.NewGuid().ToString(), Source = Source, Time = Time, Key = Key, ContentType = ContentType };
        if (HasHeaders)
        {
            foreach (var (name, value) in Headers)
            {
                copy.Headers.AddForeign(name, value);
            }
        }

        return copy;
    }

    /// <summary>
    /// Whether its source has taken it back since it was received: then it is not handled, and goes back. Asked once, before the
    /// consumer holds it; from then on the source tells the consumer (<see cref="Transports.IMessageHolder"/>).
    /// </summary>
    public virtual bool IsTakenBack => false;

    /// <summary>When the message was delivered for the first time, where the transport knows it.</summary>
    public DateTimeOffset? FirstDelivered
    {
        get => _firstDelivered == 0 ? null : new DateTimeOffset(_firstDelivered, TimeSpan.Zero);
        init => _firstDelivered = value?.UtcTicks ?? 0;
    }
}
