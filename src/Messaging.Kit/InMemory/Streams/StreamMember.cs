using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>A receiver as a member of its group: the partitions that it has, and its receives that wait.</summary>
/// <remarks>Guarded by the stream's lock.</remarks>
internal sealed class StreamMember(InMemoryGroupOptions options) : WaitingReceiver
{
    private readonly List<StreamClaim> _claims = [];
    private WaitList _waits;
    private int _turn;

    public InMemoryGroupOptions Options => options;

    /// <summary>Its name within the group, from when it joins.</summary>
    public string Name { get; set; } = "";

    /// <summary>Who holds its messages between receive and settlement.</summary>
    public IMessageHolder? Holder { get; set; }

    /// <summary>The group, from when it joins until it leaves.</summary>
    public StreamGroup? Group { get; set; }

    public bool IsDisposed { get; set; }

    public IReadOnlyList<StreamClaim> Claims => _claims;

    /// <summary>Its receives that wait, first come first.</summary>
    public ref WaitList Waits => ref _waits;

    public void Add(StreamClaim claim) => _claims.Add(claim);

    public void Remove(StreamClaim claim) => _claims.Remove(claim);

    /// <summary>Takes what its partitions have; each call begins with another partition, so that none waits for the end of another.</summary>
    public ReceivedEnvelope[] Take(int most)
    {
        var available = 0L;
        foreach (var claim in _claims)
        {
            available += claim.Available;
        }

        if (available == 0)
        {
            return [];
        }

        var taken = new ReceivedEnvelope[Math.Min(most, available)];
        var count = 0;
        while (count < taken.Length)
        {
            var claim = _claims[(_turn++ & int.MaxValue) % _claims.Count];
            for (var some = Math.Min(claim.Available, taken.Length - count); some > 0; some--)
            {
                taken[count++] = claim.HandOut();
            }
        }

        return taken;
    }
}
