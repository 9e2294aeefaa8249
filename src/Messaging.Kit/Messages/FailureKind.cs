namespace Messaging.Kit.Messages;

/// <summary>What kind of failure a transport met; it decides whether trying again can help.</summary>
public enum FailureKind
{
    /// <summary>Trying again will not help until somebody changes something.</summary>
    Permanent,

    /// <summary>A passing fault such as a lost connection or a server error; trying again can help.</summary>
    Transient,

    /// <summary>The service asks for less; trying again later can help.</summary>
    Throttled,

    /// <summary>The message is larger than the transport takes.</summary>
    TooLarge,

    /// <summary>The queue, topic, bus or receipt does not exist (any more).</summary>
    NotFound,

    /// <summary>Credentials are missing or do not permit this.</summary>
    Denied,
}
