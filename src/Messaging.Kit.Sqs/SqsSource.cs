using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>A queue to consume from.</summary>
internal sealed class SqsSource(string queue, SqsRegistration registration) : TransportSource(SqsRegistration.Transport, queue), ITopology
{
    public override IEnumerable<string> Validate(string name) => SqsRegistration.Validate(name);

    public override string Identify(string name) => registration.Identify(name);

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services) => new SqsReceiver(
        registration.Open(name, services),
        registration.GetOptions(services),
        SqsRegistration.Time(services),
        SqsRegistration.Logger<SqsReceiver>(services));

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        registration.ApplyAsync(mode, name, services, cancellationToken);
}
