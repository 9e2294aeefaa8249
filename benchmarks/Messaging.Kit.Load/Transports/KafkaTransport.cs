using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Hosting;
using Messaging.Kit.Load.Twins;
using Messaging.Kit.Load.Work;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Load.Transports;

/// <summary>A Kafka cluster: a topic for each phase, and a group of its own for each consumer.</summary>
internal sealed class KafkaTransport : LoadTransport
{
    private readonly Options _options;
    private readonly string _servers;

    public KafkaTransport(Options options)
    {
        _options = options;
        _servers = options.Endpoint ?? Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") ?? throw new EndpointException(
            "Where is Kafka? Give --endpoint HOST:PORT or set KAFKA_BOOTSTRAP_SERVERS; 'docker compose -f samples/compose.yaml up -d kafka' gets you one.");
        Twins = [new KafkaTwin(_servers, isTuned: false), new KafkaTwin(_servers, isTuned: true)];
    }

    public override string Endpoint => _servers;

    public override IReadOnlyList<Contender> Twins { get; }

    public override TransportDestination To(DestinationBuilder to, string channel) => to.Kafka(channel);

    public override TransportSource From(SourceBuilder from, string channel) =>
        from.Kafka(channel, kafka => (kafka.Group, kafka.Partitions) = ($"kit-{channel}", _options.Partitions));

    public override void Configure(MessagingBuilder kit) => kit.UseKafka(kafka => (kafka.BootstrapServers, kafka.AllowPlaintext) = (_servers, true));

    public override async Task DeleteAsync(string channel)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _servers }).Build();
        await admin.DeleteTopicsAsync([channel], new DeleteTopicsOptions());
    }
}
