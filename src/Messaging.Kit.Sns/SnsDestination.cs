using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>A topic to publish to.</summary>
internal sealed class SnsDestination(string topic, SnsRegistration registration) : TransportDestination(SnsRegistration.Transport, SnsTopic.NameOf(topic), topic), ITopology, IAwsEndpoint
{
    public override object? Declaration => registration.Configure;

    public override IEnumerable<string> Validate(string name) => SnsRegistration.Validate(name);

    public override string Identify(string name) => registration.Identify(name);

    public override string IdentifySender(string name) => registration.IdentifySender(name);

    // What has come through a filter comes through it again: a dead letter is the message that it was, and a few headers.
    public override bool MayBe(string name, TransportEndpoint other, string otherName) =>
        base.MayBe(name, other, otherName) || (other is SqsSource source && source.Registration.GetOwnOptions().Feeds.OfType<SnsFeed>().Any(feed => feed.IsOf(Name)));

    public override ITransportSender CreateSender(string name, IServiceProvider services) =>
        new SnsSender(registration.Open(name, services), registration.GetOptions(services).Subject, SnsRegistration.Logger<SnsSender>(services));

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        new SnsTopology(registration.Open(name, services), registration.GetOptions(services)).ApplyAsync(mode, cancellationToken);

    public void Describe(TopologyDocument document, EndpointUse use, string name, IServiceProvider services) => registration.Describe(document, name, services);
}
