namespace Messaging.Kit.InMemory;

/// <summary>Where a stored message is, and after that what became of the receipt that it is.</summary>
internal enum MessageState : byte
{
    /// <summary>It can be received, or will be when its group is free.</summary>
    Waiting,

    /// <summary>It is held back until a time.</summary>
    Delayed,

    /// <summary>It is with a receiver until its lease ends.</summary>
    Leased,

    /// <summary>Its receiver has settled it; settling it again changes nothing.</summary>
    Settled,

    /// <summary>It went without being settled: the lease ended, the retention ended, or the queue was purged.</summary>
    Lost,
}
