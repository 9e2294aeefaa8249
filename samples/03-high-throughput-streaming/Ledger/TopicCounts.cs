namespace HighThroughputStreaming;

/// <summary>What the ledger says about the messages of one topic.</summary>
/// <param name="Topic">The topic's logical name.</param>
/// <param name="Published">Messages that the broker has accepted; behind the readings, what came of the readings.</param>
/// <param name="Handled">Messages that were handled, each counted once.</param>
/// <param name="DeadLettered">Messages that were found in the dead-letter topic, each counted once.</param>
/// <param name="Suppressed">How often a message came that had been handled; it changed nothing.</param>
/// <param name="Lost">Messages that were accepted and have neither been handled nor dead-lettered.</param>
/// <param name="OutOfOrder">Messages that were handled for the first time after a later one of their key.</param>
internal sealed record TopicCounts(string Topic, long Published, long Handled, long DeadLettered, long Suppressed, long Lost, long OutOfOrder);
