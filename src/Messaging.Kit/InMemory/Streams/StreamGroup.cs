namespace Messaging.Kit.InMemory.Streams;

/// <summary>A group that reads a stream: its members, and how far it is in each partition.</summary>
internal sealed class StreamGroup(InMemoryStream stream, string name)
{
    private int _joined;

    public InMemoryStream Stream => stream;

    public string Name => name;

    public List<StreamMember> Members { get; } = [];

    /// <summary>Its view of the stream's partitions, by their numbers.</summary>
    public GroupPartition[] Partitions { get; private set; } = [];

    /// <summary>How often its partitions have been assigned anew.</summary>
    public int Rebalances { get; private set; }

    /// <summary>Begins with partitions that it has nothing to do with yet.</summary>
    public void Begin(IEnumerable<StreamPartition> partitions, bool atEnd) =>
        Partitions = [.. partitions.Select(partition => new GroupPartition(this, partition.Log, atEnd ? partition.Log.End : partition.Log.Start))];

    /// <summary>Goes to a time, whatever it has done. For a group without members.</summary>
    public void Replay(DateTimeOffset from)
    {
        foreach (var partition in Partitions)
        {
            partition.Committed = partition.Log.Find(from);
        }
    }

    public string NextMemberName() => $"{name}-{++_joined}";

    /// <summary>Says anew who shall have which partition, as <see cref="GroupPartition.Target"/>.</summary>
    public void Assign()
    {
        Rebalances++;
        var owners = Partitions.Select(partition => partition.Target is null ? -1 : Members.IndexOf(partition.Target)).ToArray();
        var assigned = StickyAssignment.Assign(owners, Members.Count);
        for (var i = 0; i < assigned.Length; i++)
        {
            Partitions[i].Target = assigned[i] < 0 ? null : Members[assigned[i]];
        }
    }

    public InMemoryGroupStatus ToStatus() => new(
        name,
        Members.Count,
        Rebalances,
        [.. Partitions.Select((partition, number) => new InMemoryPartitionStatus(
            number,
            partition.Log.Start,
            partition.Log.End,
            partition.Committed,
            partition.Claim?.InHand ?? 0,
            partition.Claim?.Member.Name))]);
}
