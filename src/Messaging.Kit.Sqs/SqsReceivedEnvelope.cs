using Messaging.Kit.Messages;

namespace Messaging.Kit.Sqs;

/// <summary>A delivered envelope with its receipt and the state of its lease. Timestamps are those of the receiver's <see cref="TimeProvider"/>.</summary>
internal sealed class SqsReceivedEnvelope : ReceivedEnvelope
{
    // When the lease was given or last renewed, no earlier than SQS counts from: a lease that is over by this is over.
    private long _leased;
    private TimeSpan _lease;

    /// <summary>Makes a delivered envelope.</summary>
    /// <param name="content">What the message carries.</param>
    /// <param name="receiptHandle">What settles this delivery.</param>
    /// <param name="sent">When SQS took the message, for content that does not say.</param>
    /// <param name="groupId">The message group, for content without a key.</param>
    public SqsReceivedEnvelope(Envelope content, string receiptHandle, DateTimeOffset sent, string? groupId)
        : base(content)
    {
        ReceiptHandle = receiptHandle;
        Time = content.Time == default ? sent : content.Time;
        Key = content.Key ?? groupId;
    }

    /// <summary>How long SQS lets a message be held from its receive, renewals included.</summary>
    public static TimeSpan LongestLease { get; } = TimeSpan.FromHours(12);

    public string ReceiptHandle { get; }

    /// <summary>When the receive was asked for, no later than SQS counts from: the 12 hours of a message end no later than those of SQS.</summary>
    public long Asked { get; init; }

    /// <summary>Whether it has been deleted or returned; then nothing more is done to it.</summary>
    public bool IsSettled { get; set; }

    public void Lease(long from, TimeSpan duration) => (_leased, _lease) = (from, duration);

    public bool IsLeaseOver(TimeProvider time) => time.GetElapsedTime(_leased) >= _lease;

    /// <summary>Whole seconds until the 12 hours are over.</summary>
    public int SecondsLeft(TimeProvider time) => (int)Math.Max(0, (LongestLease - time.GetElapsedTime(Asked)).TotalSeconds);
}
