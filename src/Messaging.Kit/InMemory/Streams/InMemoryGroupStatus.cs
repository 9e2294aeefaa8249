namespace Messaging.Kit.InMemory.Streams;

/// <summary>A group of an in-memory stream, at one moment.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="Members">How many receivers are members of it.</param>
/// <param name="Rebalances">How often its partitions have been assigned anew, because a member came or went.</param>
/// <param name="Partitions">How far it is in each partition, by their numbers.</param>
public sealed record InMemoryGroupStatus(string Name, int Members, int Rebalances, IReadOnlyList<InMemoryPartitionStatus> Partitions)
{
    /// <summary>How many messages it has before it, in all partitions.</summary>
    public long Lag => Partitions.Sum(partition => partition.Lag);
}
