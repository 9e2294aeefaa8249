using Confluent.Kafka;

namespace Messaging.Kit.Kafka.Tests.Fakes;

/// <summary>The client library's own cluster, in this process: brokers that keep topics and groups in memory, and create any topic that is asked for.</summary>
internal static class MockCluster
{
    // Lives as long as the process: the cluster goes with the client that made it.
    private static readonly Lazy<(IProducer<Null, Null> Owner, string Servers)> Cluster = new(Start);

    public static string BootstrapServers => Cluster.Value.Servers;

    private static (IProducer<Null, Null> Owner, string Servers) Start()
    {
        var config = new ProducerConfig { BootstrapServers = "unused" };
        config.Set("test.mock.num.brokers", "1");
        var owner = new ProducerBuilder<Null, Null>(config).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(owner.Handle).Build();
        var brokers = admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers;
        return (owner, string.Join(',', brokers.Select(broker => $"{broker.Host}:{broker.Port}")));
    }
}
