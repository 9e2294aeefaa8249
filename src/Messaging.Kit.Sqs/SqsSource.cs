using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>A queue to consume from.</summary>
internal sealed class SqsSource(string queue, SqsRegistration registration) : TransportSource(SqsRegistration.Transport, SqsQueue.NameOf(queue), queue), ITopology
{
    public SqsRegistration Registration { get; } = registration;

    public override IEnumerable<string> Validate(string name) => SqsRegistration.Validate(name);

    public override string Identify(string name) => Registration.Identify(name);

    public override bool MayBe(string name, TransportEndpoint other, string otherName) => SqsRegistration.MayBe(name, otherName) && other.Transport == Transport;

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services) => new SqsReceiver(
        Registration.Open(name, services),
        Registration.GetOptions(services),
        SqsRegistration.Time(services),
        SqsRegistration.Logger<SqsReceiver>(services));

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        Registration.ApplyAsync(mode, name, services, cancellationToken);
}
