namespace Messaging.Kit.Transports;

/// <summary>What waits at a source. As exact as the service's own figures; SQS calls its figures approximate.</summary>
/// <param name="Waiting">Messages that can be received.</param>
/// <param name="InFlight">Messages that have been received and not settled.</param>
/// <param name="Delayed">Messages that are held back for a time.</param>
public readonly record struct Backlog(long Waiting, long InFlight, long Delayed)
{
    /// <summary>All of them.</summary>
    public long Total => Waiting + InFlight + Delayed;
}
