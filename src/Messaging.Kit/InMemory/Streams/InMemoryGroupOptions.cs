namespace Messaging.Kit.InMemory.Streams;

/// <summary>How a group reads a stream of the in-memory broker. Each receiver has its own, so the members of a group should have the same.</summary>
public sealed class InMemoryGroupOptions
{
    /// <summary>Where a group begins that is new: at the first message that the stream holds unless set, so that none is missed; or at the next one that comes.</summary>
    public bool StartAtEnd { get; set; }

    /// <summary>
    /// Reads everything again from this time on, whatever the group has acknowledged: each partition goes to its first message that is not
    /// older, by the time of its publish. When the first member of the group joins; who joins others reads on where they are.
    /// </summary>
    public DateTimeOffset? ReplayFrom { get; set; }

    /// <summary>
    /// How long a member that loses a partition may take to finish what it has received of it, before the partition is taken away. Default 30
    /// seconds; zero for not at all. Then handlers are cancelled.
    /// </summary>
    public TimeSpan RevokeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a receive waits for a message before it returns empty. Default 10 seconds; zero for not at all.</summary>
    public TimeSpan WaitTime { get; set; } = TimeSpan.FromSeconds(10);

    internal InMemoryGroupOptions Copy() => (InMemoryGroupOptions)MemberwiseClone();

    /// <summary>All that is wrong, in words that say what to do.</summary>
    internal IEnumerable<string> Validate(string stream)
    {
        if (RevokeTimeout < TimeSpan.Zero)
        {
            yield return $"Stream '{stream}': RevokeTimeout is {RevokeTimeout}; it must not be negative. Zero takes partitions away at once.";
        }

        if (WaitTime < TimeSpan.Zero)
        {
            yield return $"Stream '{stream}': WaitTime is {WaitTime}; it must not be negative. Zero returns at once.";
        }

        if (StartAtEnd && ReplayFrom is not null)
        {
            yield return $"Stream '{stream}': StartAtEnd and ReplayFrom say different things; set one of them.";
        }
    }
}
