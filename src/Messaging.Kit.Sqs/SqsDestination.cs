using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>A queue to publish to.</summary>
internal sealed class SqsDestination(string queue, SqsRegistration registration) : TransportDestination(SqsRegistration.Transport, SqsQueue.NameOf(queue), queue), ITopology, IAwsEndpoint
{
    public override object? Declaration => registration.Configure;

    public override IEnumerable<string> Validate(string name) => SqsRegistration.Validate(name);

    public override string Identify(string name) => registration.Identify(name);

    public override bool MayBe(string name, TransportEndpoint other, string otherName) => SqsRegistration.MayBe(name, otherName) && other.Transport == Transport;

    public override ITransportSender CreateSender(string name, IServiceProvider services) =>
        new SqsSender(registration.Open(name, services), SqsRegistration.Logger<SqsSender>(services));

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        registration.ApplyAsync(mode, name, services, cancellationToken);

    public void Describe(TopologyDocument document, EndpointUse use, string name, IServiceProvider services) =>
        registration.Describe(document, use, name, services);
}
