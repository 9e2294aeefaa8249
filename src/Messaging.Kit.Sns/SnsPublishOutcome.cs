namespace Messaging.Kit.Sns;

/// <summary>What became of a message of a batch.</summary>
/// <param name="Id">The id of its entry.</param>
public readonly record struct SnsPublishOutcome(string Id)
{
    /// <summary>The message's id in SNS, which its deliveries carry; <see langword="null"/> when it was refused.</summary>
    public string? MessageId { get; init; }

    /// <summary>Its place among the messages of a FIFO topic, a large number that grows.</summary>
    public string? SequenceNumber { get; init; }

    /// <summary>Why it was refused, such as <c>InvalidParameter</c>; <see langword="null"/> when it was accepted, and only then.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The service's text on that.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Whether the service blames the caller.</summary>
    public bool IsSenderFault { get; init; }
}
