namespace Messaging.Kit.InMemory.Streams;

/// <summary>A partition of an in-memory stream as one group sees it, at one moment.</summary>
/// <param name="Number">The partition's number, from 0.</param>
/// <param name="Start">The offset of the first message that is still there.</param>
/// <param name="End">The offset that the next message gets.</param>
/// <param name="Committed">The offset up to which the group has acknowledged everything, this one not included.</param>
/// <param name="InFlight">Messages that have been received and not settled.</param>
/// <param name="Owner">The member that has it, such as <c>aggregator-2</c>, by the order in which they joined; <see langword="null"/> for none.</param>
public sealed record InMemoryPartitionStatus(int Number, long Start, long End, long Committed, int InFlight, string? Owner)
{
    /// <summary>How many messages the group has before it.</summary>
    public long Lag => End - Committed;
}
