using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>A partition for as long as one member has it: what it has been given, and how far all of that is done.</summary>
/// <remarks>Guarded by the stream's lock; whoever holds messages reads without it whether it is revoked or lost.</remarks>
internal sealed class StreamClaim(StreamMember member, GroupPartition partition)
{
    private readonly CommitWatermark _watermark = new();
    private volatile bool _isRevoked;
    private volatile bool _isLost;

    public StreamMember Member => member;

    public GroupPartition Partition => partition;

    /// <summary>The offset to be handed out next.</summary>
    public long Next { get; private set; } = partition.Committed;

    /// <summary>How many messages are with the consumer.</summary>
    public int InHand { get; private set; }

    /// <summary>How many messages can be handed out.</summary>
    public long Available => _isRevoked ? 0 : partition.Log.End - Next;

    /// <summary>Whether it is being given up: what has not been handed out is not any more.</summary>
    public bool IsRevoked
    {
        get => _isRevoked;
        set => _isRevoked = value;
    }

    /// <summary>Whether it has been given up: nothing of it can be settled.</summary>
    public bool IsLost
    {
        get => _isLost;
        set => _isLost = value;
    }

    /// <summary>When it is taken away though something is in hand, in ticks of the broker's clock.</summary>
    public long RevokeDue { get; set; }

    public StreamReceived HandOut()
    {
        InHand++;
        return new StreamReceived(this, Next, _watermark.Add(Next++));
    }

    /// <summary>Notes what became of a message: done with, or not, and then it stays in the way of what is committed.</summary>
    public void Settle(StreamReceived received, bool isDone)
    {
        received.IsSettled = true;
        InHand--;
        if (isDone && _watermark.Complete(received.Position))
        {
            partition.Committed = _watermark.Offset;
        }
    }
}
