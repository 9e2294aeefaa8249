namespace Messaging.Kit.Consuming;

/// <summary>What a consumer is doing.</summary>
public enum ConsumerState
{
    /// <summary>It has not been started.</summary>
    Created,

    /// <summary>It receives and handles.</summary>
    Consuming,

    /// <summary>It receives nothing until it is resumed; what it holds is handled.</summary>
    Paused,

    /// <summary>The source cannot be reached or refuses; it tries again, for ever.</summary>
    Reconnecting,

    /// <summary>It receives nothing more, and finishes or returns what it holds.</summary>
    Stopping,

    /// <summary>It has stopped.</summary>
    Stopped,
}
