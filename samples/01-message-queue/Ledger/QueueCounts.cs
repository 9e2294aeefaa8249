namespace MessageQueue;

/// <summary>What the ledger says about the messages of one queue.</summary>
/// <param name="Queue">The queue's logical name.</param>
/// <param name="Intended">Messages that were to be published.</param>
/// <param name="Published">Messages that the broker has accepted.</param>
/// <param name="Handled">Messages that were handled, each counted once.</param>
/// <param name="HandledAgain">How often a message was handled that had been handled; its effect was suppressed by its key.</param>
/// <param name="DeadLettered">Messages that were found in the dead-letter queue, each counted once.</param>
/// <param name="Lost">Messages that were accepted and have neither been handled nor dead-lettered.</param>
/// <param name="OutOfOrder">Messages that were handled for the first time after a later one of their key.</param>
internal sealed record QueueCounts(
    string Queue, long Intended, long Published, long Handled, long HandledAgain, long DeadLettered, long Lost, long OutOfOrder)
{
    public static QueueCounts operator +(QueueCounts a, QueueCounts b) => new(
        "total",
        a.Intended + b.Intended,
        a.Published + b.Published,
        a.Handled + b.Handled,
        a.HandledAgain + b.HandledAgain,
        a.DeadLettered + b.DeadLettered,
        a.Lost + b.Lost,
        a.OutOfOrder + b.OutOfOrder);
}
