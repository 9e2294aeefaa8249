namespace Messaging.Kit.InMemory;

/// <summary>Where a stored message is.</summary>
internal enum MessageState : byte
{
    /// <summary>Nowhere: the place in the store is free.</summary>
    None,

    /// <summary>It can be received, or will be when its group is free.</summary>
    Waiting,

    /// <summary>It is held back until a time.</summary>
    Delayed,

    /// <summary>It is with a receiver until its lease ends.</summary>
    Leased,
}
