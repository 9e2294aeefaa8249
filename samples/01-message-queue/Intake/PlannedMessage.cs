namespace MessageQueue;

/// <summary>One message of the plan.</summary>
/// <param name="Number">Its place in the run, from 0.</param>
/// <param name="Queue">The logical name of the queue it goes to.</param>
/// <param name="Sku">Its key on the FIFO queue; <see langword="null"/> on the standard queue.</param>
/// <param name="Sequence">Its place among the messages of its key, from 0.</param>
/// <param name="Trouble">What goes wrong with it.</param>
/// <param name="IsDoubled">Whether it is published twice.</param>
internal sealed record PlannedMessage(int Number, string Queue, string? Sku, int Sequence, Trouble Trouble, bool IsDoubled);
