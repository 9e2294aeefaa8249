using Messaging.Kit;
using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.InMemory.Streams;
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

    private readonly InMemoryBroker _embedded = new();
    private readonly KafkaFigures _kafka = new(options.Endpoint, $"{name}-{Readings}", $"{name}-{Readings}");

    public string Name => name;

    /// <summary>A topic to publish to.</summary>
    public Func<DestinationBuilder, TransportDestination> To(string topic) => to =>
        options.Transport == Transport.Kafka ? to.Kafka(topic, Describe(topic)) : to.InMemoryStream(topic, stream => stream.Partitions = PartitionsOf(topic));

    /// <summary>A topic to consume from. Each is read by one group, and the members of a group share its partitions.</summary>
    public Func<SourceBuilder, TransportSource> From(string topic) => from =>
        options.Transport == Transport.Kafka ? from.Kafka(topic, Describe(topic)) : from.InMemoryStream(topic, GroupOf(topic));

    /// <summary>Physical names for the logical ones, and topics that are made when they are missing.</summary>
    public void Configure(MessagingOptions messaging)
    {
        messaging.Topology = TopologyMode.Create;
        foreach (var topic in All)
        {
            messaging.Names[topic] = $"{name}-{topic}";
        }
    }

    /// <summary>How the broker is reached, and what holds for all topics.</summary>
    public void AddTransport(IServiceCollection services)
    {
        if (options.Transport == Transport.InMemory)
        {
            services.AddSingleton(_embedded);
            return;
        }

        services.AddKafkaTransport(kafka =>
        {
            kafka.BootstrapServers = options.Endpoint ?? kafka.BootstrapServers;
            kafka.Compression = KafkaCompression.Lz4;
            kafka.SessionTimeout = options.Session;
        });
    }

    /// <summary>What the partitions of the readings hold, and how far behind the aggregators are; empty while nobody can tell.</summary>
    public async Task<IReadOnlyList<PartitionCounts>> ReadPartitionsAsync(CancellationToken cancellationToken) =>
        options.Transport == Transport.Kafka ? await _kafka.ReadAsync(cancellationToken)
        : Embedded is { } group ? [.. group.Partitions.Select(partition => new PartitionCounts(partition.Number, partition.End, partition.Lag))]
        : [];

    /// <summary>How often the partitions of the readings have come to this process or have gone from it.</summary>
    public long RebalancesOf(Figures figures) => Embedded?.Rebalances ?? figures[Readings, Figures.Rebalances];

    /// <summary>Deletes topics that were made for this run alone.</summary>
    /// <returns>What to tell the user.</returns>
    public Task<string> DeleteAsync() => _kafka.DeleteAsync([.. All.Select(topic => $"{name}-{topic}")]);

    private Action<KafkaTransportOptions> Describe(string topic) => kafka =>
    {
        kafka.Group = GroupOf(topic);
        kafka.Partitions = PartitionsOf(topic);
    };

    private int PartitionsOf(string topic) => topic == Readings ? options.Partitions : PartitionsBehind;

    private string GroupOf(string topic) => $"{name}-{topic}";

    private InMemoryGroupStatus? Embedded => options.Transport == Transport.InMemory ? _embedded.GetStream(GroupOf(Readings)).Groups.SingleOrDefault() : null;
}
