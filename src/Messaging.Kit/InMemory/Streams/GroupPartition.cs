namespace Messaging.Kit.InMemory.Streams;

/// <summary>A partition as one group sees it.</summary>
internal sealed class GroupPartition(StreamGroup group, StreamLog log, long committed)
{
    public StreamGroup Group => group;

    public StreamLog Log => log;

    /// <summary>The offset from which on the group has not done with everything.</summary>
    public long Committed { get; set; } = committed;

    /// <summary>The member that shall have it; until another one has let go, it does not.</summary>
    public StreamMember? Target { get; set; }

    /// <summary>The member that has it, and what that makes of it.</summary>
    public StreamClaim? Claim { get; set; }
}
