using Messaging.Kit;
using Messaging.Kit.Hosting;
using Messaging.Kit.Kafka;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace HighThroughputStreaming;

/// <summary>The topics by their logical names, on the broker that the options ask for.</summary>
internal sealed class Streams(Options options, string name)
{
    public const string Readings = "readings";
    public const string ReadingsDead = "readings-dlq";
    public const string Results = "results";
    public const string Anomalies = "anomalies";
    public const string Late = "late";

    private const int PartitionsBehind = 2;

    private static readonly string[] All = [Readings, ReadingsDead, Results, Anomalies, Late];

    private readonly KafkaFigures _kafka = new(options.Endpoint, $"{name}-{Readings}", $"{name}-{Readings}");

    public string Name => name;

    /// <summary>A topic to publish to.</summary>
    public Func<DestinationBuilder, TransportDestination> To(string topic) => to =>
        options.Transport == Transport.Kafka ? to.Kafka(topic, Describe(topic)) : to.InMemory(QueueOf(topic));

    /// <summary>A topic to consume from. Each is read by one group, and the members of a group share its partitions.</summary>
    public Func<SourceBuilder, TransportSource> From(string topic) => from =>
        options.Transport == Transport.Kafka ? from.Kafka(topic, Describe(topic)) : from.InMemory(QueueOf(topic));

    /// <summary>Physical names for the logical ones, and topics that are made when they are missing.</summary>
    public void Configure(MessagingOptions messaging)
    {
        messaging.Topology = TopologyMode.Create;
        foreach (var topic in All)
        {
            messaging.Names[topic] = $"{name}-{topic}";
        }
    }

    /// <summary>How Kafka is reached, and what holds for all topics.</summary>
    public void AddKafka(IServiceCollection services) => services.AddKafkaTransport(kafka =>
    {
        kafka.BootstrapServers = options.Endpoint ?? kafka.BootstrapServers;
        kafka.Compression = KafkaCompression.Lz4;
        kafka.SessionTimeout = options.Session;
    });

    /// <summary>What the partitions of the readings hold, and how far behind the aggregators are.</summary>
    public Task<IReadOnlyList<PartitionCounts>> ReadPartitionsAsync(CancellationToken cancellationToken) =>
        options.Transport == Transport.Kafka ? _kafka.ReadAsync(cancellationToken) : Task.FromResult<IReadOnlyList<PartitionCounts>>([]);

    /// <summary>Deletes topics that were made for this run alone.</summary>
    /// <returns>What to tell the user.</returns>
    public Task<string> DeleteAsync() => _kafka.DeleteAsync([.. All.Select(topic => $"{name}-{topic}")]);

    private Action<KafkaTransportOptions> Describe(string topic) => kafka =>
    {
        kafka.Group = $"{name}-{topic}";
        kafka.Partitions = topic == Readings ? options.Partitions : PartitionsBehind;
    };

    private string QueueOf(string topic) => topic == Readings && options.Partitioning != Partitioning.None ? $"{topic}.fifo" : topic;
}
