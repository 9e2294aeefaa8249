using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Kafka;

/// <summary>A topic to publish to.</summary>
internal sealed class KafkaDestination(string topic, KafkaRegistration registration) : TransportDestination(KafkaRegistration.Transport, topic), ITopology
{
    public override object? Declaration => registration.Configure;

    public override IEnumerable<string> Validate(string name) => KafkaRegistration.Validate(name);

    public override string Identify(string name) => registration.Identify(name);

    public override string IdentifySender(string name) => registration.IdentifySender(name);

    public override ITransportSender CreateSender(string name, IServiceProvider services)
    {
        var options = registration.GetOptions(services);
        return new KafkaSender(name, services.GetRequiredService<KafkaProducers>().Get(options), options, KafkaRegistration.Time(services));
    }

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        registration.ApplyAsync(mode, name, services, cancellationToken);
}
