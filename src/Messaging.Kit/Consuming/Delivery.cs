using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Consuming;

/// <summary>A message that the consumer holds, from receive to settlement: the context of its handling, its place in a lane, and its lease.</summary>
internal class Delivery(ReceivedEnvelope envelope, DeliveryOrigin origin, long receivedAt) : ConsumeContext(envelope, origin)
{
    private bool _isLeaseLost;

    /// <summary>When it was received, as a timestamp of the clock.</summary>
    public long ReceivedAt { get; } = receivedAt;

    /// <summary>The size by which it counts towards what is held; the body may change, this does not.</summary>
    public int HeldBytes { get; } = envelope.Body.Length;

    /// <summary>The next message of the same key.</summary>
    public Delivery? NextInLane { get; set; }

    /// <summary>Who handles it, while it is being handled.</summary>
    public DeliveryWorker? Worker { get; set; }

    /// <summary>Whether its lease has ended while it was held: it is delivered again, perhaps already, and is not settled any more.</summary>
    public bool IsLeaseLost { get => Volatile.Read(ref _isLeaseLost); set => Volatile.Write(ref _isLeaseLost, value); }

    /// <summary>Whether its handling is over and it waits for its acknowledgement.</summary>
    public bool IsSettling { get; set; }

    /// <summary>Whether it does not count towards what is held any more, but towards what is settled.</summary>
    public bool HasMadeRoom { get; set; }

    /// <summary>Whether its source has asked for it while it was being handled: if it fails now, it goes back.</summary>
    public bool IsAskedFor { get; set; }

    /// <summary>Counts deliveries by what is known of them, and holds the rest of the source's count to be doubtful.</summary>
    public void CountBy((int Failed, int Unhandled) known)
    {
        DeliveryCount = known.Failed + 1;
        DoubtfulDeliveries = Math.Max(0, Envelope.DeliveryCount - known.Unhandled - DeliveryCount);
    }

    // The list of leases, ordered by when they fall due.
    public Delivery? PreviousLease { get; set; }

    public Delivery? NextLease { get; set; }

    public bool IsLeased { get; set; }

    public long RenewAt { get; set; }

    public long LeaseEndsAt { get; set; }
}
