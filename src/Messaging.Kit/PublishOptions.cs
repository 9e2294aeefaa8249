namespace Messaging.Kit;

/// <summary>What a publisher may say about a single message. The default says nothing.</summary>
public readonly record struct PublishOptions
{
    /// <summary>
    /// Identifies the message; publishing the same id again makes a copy of the same message, which transports with deduplication
    /// and consumers with idempotency recognise. A new UUID of version 7 when omitted.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>Messages with the same key keep their order where the transport has order. What <c>KeyBy</c> says when omitted.</summary>
    public string? Key { get; init; }

    /// <summary>How long the broker holds the message back; zero, the default, for not at all. SQS: at most 15 minutes, and not on FIFO queues.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Text to travel beside the body: at most 100 headers, whose names are 1 to 20 lower-case letters and digits.</summary>
    public IEnumerable<KeyValuePair<string, string>>? Headers { get; init; }
}
