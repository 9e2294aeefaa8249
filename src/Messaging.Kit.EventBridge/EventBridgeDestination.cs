using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge;

/// <summary>A bus to publish to.</summary>
internal sealed class EventBridgeDestination(string bus, EventBridgeRegistration registration)
    : TransportDestination(EventBridgeRegistration.Transport, EventBridgeConnection.NameOf(bus), bus), ITopology
{
    public override IEnumerable<string> Validate(string name) => EventBridgeRegistration.Validate(name);

    public override string Identify(string name) => registration.Identify(name);

    public override ITransportSender CreateSender(string name, IServiceProvider services) => new EventBridgeSender(
        registration.Open(name, services), [.. registration.GetOptions(services).Resources], EventBridgeRegistration.Logger<EventBridgeSender>(services));

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        new EventBridgeTopology(registration.Open(name, services), registration.GetOptions(services), EventBridgeRegistration.Logger<EventBridgeTopology>(services))
            .ApplyAsync(mode, cancellationToken);
}
