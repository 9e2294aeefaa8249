using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge;

/// <summary>A bus to publish to.</summary>
internal sealed class EventBridgeDestination(string bus, EventBridgeRegistration registration)
    : TransportDestination(EventBridgeRegistration.Transport, EventBridgeConnection.NameOf(bus), bus), ITopology, IAwsEndpoint
{
    public override object? Declaration => registration.Configure;

    public override IEnumerable<string> Validate(string name) => EventBridgeRegistration.Validate(name);

    public override string Identify(string name) => registration.Identify(name);

    public override string IdentifySender(string name) => registration.IdentifySender(name);

    // A queue that gets all of this bus is where its messages would come back.
    public override bool MayBe(string name, TransportEndpoint other, string otherName) =>
        base.MayBe(name, other, otherName) || (other is SqsSource source && source.Registration.GetOwnOptions().Feeds.OfType<EventBridgeFeed>().Any(feed => feed.IsOf(Name)));

    public override ITransportSender CreateSender(string name, IServiceProvider services) => new EventBridgeSender(
        registration.Open(name, services), [.. registration.GetOptions(services).Resources], EventBridgeRegistration.Logger<EventBridgeSender>(services));

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        new EventBridgeTopology(registration.Open(name, services), registration.GetOptions(services), EventBridgeRegistration.Logger<EventBridgeTopology>(services))
            .ApplyAsync(mode, cancellationToken);

    public void Describe(TopologyDocument document, EndpointUse use, string name, IServiceProvider services) => registration.Describe(document, name, services);
}
