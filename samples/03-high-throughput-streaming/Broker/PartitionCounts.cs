namespace HighThroughputStreaming;

/// <summary>What the broker says about a partition of the readings.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Messages">How many messages it holds.</param>
/// <param name="Lag">How many of them the aggregators have still before them, copies included.</param>
internal sealed record PartitionCounts(int Number, long Messages, long Lag);
