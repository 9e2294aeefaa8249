namespace Messaging.Kit.Transports;

/// <summary>What an application does with an endpoint.</summary>
public enum EndpointUse
{
    /// <summary>It consumes from it.</summary>
    Consume,

    /// <summary>It publishes to it.</summary>
    Publish,

    /// <summary>A middleware sends there what was not handled: dead letters, and messages that wait for their next attempt.</summary>
    SetAside,
}
