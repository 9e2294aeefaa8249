namespace HighThroughputStreaming;

/// <summary>One reading of the plan.</summary>
/// <param name="Number">Its place in the run, from 0.</param>
/// <param name="Reading">What is published.</param>
/// <param name="Trouble">What is wrong with it.</param>
/// <param name="IsDoubled">Whether it is published twice.</param>
internal sealed record PlannedReading(int Number, Reading Reading, Trouble Trouble, bool IsDoubled);
