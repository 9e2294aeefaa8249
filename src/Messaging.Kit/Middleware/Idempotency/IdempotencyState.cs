namespace Messaging.Kit.Middleware.Idempotency;

/// <summary>What is known of a message when it is claimed.</summary>
public enum IdempotencyState
{
    /// <summary>Nobody had it; now it is the caller's.</summary>
    Claimed,

    /// <summary>Somebody else is handling it.</summary>
    InProgress,

    /// <summary>It has been handled.</summary>
    Completed,
}
