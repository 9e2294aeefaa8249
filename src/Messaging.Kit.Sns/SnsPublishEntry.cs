namespace Messaging.Kit.Sns;

/// <summary>A message of a batch that is published.</summary>
/// <param name="Id">Tells it from the others of its batch: 1 to 80 letters, digits, hyphens and underscores. It is not part of the message.</param>
/// <param name="Message">The body, text in UTF-8. The memory is the caller's.</param>
public readonly record struct SnsPublishEntry(string Id, ReadOnlyMemory<byte> Message)
{
    /// <summary>The subject of e-mails, under 100 characters without line breaks; usually none.</summary>
    public string? Subject { get; init; }

    /// <summary>The message group, up to 128 characters: needed on FIFO topics; on standard ones it goes to standard queues, which are fair by it.</summary>
    public string? MessageGroupId { get; init; }

    /// <summary>What makes a message the same as another within 5 minutes, up to 128 characters; FIFO topics only.</summary>
    public string? MessageDeduplicationId { get; init; }

    /// <summary>The attributes, whose names differ. With raw delivery to a queue more than 10 make SNS give the delivery up.</summary>
    public IReadOnlyList<SnsAttribute>? Attributes { get; init; }
}
