using Confluent.Kafka;

namespace Messaging.Kit.Benchmarks.Kafka;

/// <summary>The client library's own cluster, in this process. It lives as long as the process: the cluster goes with the client that made it.</summary>
internal static class MockCluster
{
    private static readonly Lazy<(IProducer<Null, Null> Owner, string Servers)> Cluster = new(Start);

    public static string Servers => Cluster.Value.Servers;

    /// <summary>Makes a topic, with four partitions: the cluster makes those that are asked for.</summary>
    public static void Create(string topic)
    {
        using var admin = new DependentAdminClientBuilder(Cluster.Value.Owner.Handle).Build();
        while (admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count == 0)
        {
        }
    }

    private static (IProducer<Null, Null> Owner, string Servers) Start()
    {
        var config = new ProducerConfig { BootstrapServers = "unused" };
        config.Set("test.mock.num.brokers", "1");
        var owner = new ProducerBuilder<Null, Null>(config).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(owner.Handle).Build();
        return (owner, string.Join(',', admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers.Select(broker => $"{broker.Host}:{broker.Port}")));
    }
}
