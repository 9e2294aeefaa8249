using Messaging.Kit.Transports;

namespace Messaging.Kit.Hosting;

/// <summary>An endpoint that a registration names.</summary>
public sealed class RegisteredEndpoint
{
    internal RegisteredEndpoint(TransportEndpoint endpoint, string physicalName, EndpointUse use) => (Endpoint, PhysicalName, Use) = (endpoint, physicalName, use);

    /// <summary>The queue, topic or bus.</summary>
    public TransportEndpoint Endpoint { get; }

    /// <summary>Its physical name, which operators may have given it.</summary>
    public string PhysicalName { get; }

    /// <summary>What the application does with it.</summary>
    public EndpointUse Use { get; }
}
