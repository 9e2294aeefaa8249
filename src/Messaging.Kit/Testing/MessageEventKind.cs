namespace Messaging.Kit.Testing;

/// <summary>What can happen to a message.</summary>
public enum MessageEventKind
{
    /// <summary>Its broker accepted it.</summary>
    Published,

    /// <summary>Its publish failed.</summary>
    PublishFailed,

    /// <summary>A handler handled it.</summary>
    Handled,

    /// <summary>It was tried again within its delivery.</summary>
    Retried,

    /// <summary>It went back to its source.</summary>
    Returned,

    /// <summary>It was dead-lettered.</summary>
    DeadLettered,

    /// <summary>It was recognised as a copy of one that had been handled.</summary>
    DuplicateSuppressed,

    /// <summary>It was acknowledged and has left its source.</summary>
    Acknowledged,
}
