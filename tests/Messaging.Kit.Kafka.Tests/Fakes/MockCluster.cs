using Confluent.Kafka;

namespace Messaging.Kit.Kafka.Tests.Fakes;

/// <summary>The client library's own cluster, in this process: brokers that keep topics and groups in memory.</summary>
internal static class MockCluster
{
    // Lives as long as the process: the cluster goes with the client that made it.
    private static readonly Lazy<(IProducer<Null, Null> Owner, string Servers)> Cluster = new(Start);

    public static string BootstrapServers => Cluster.Value.Servers;

    /// <summary>Sets what makes up for what it does differently.</summary>
    public static void Tune(KafkaTransportOptions options)
    {
        // It does not wake a fetch that waits when a message comes.
        options.ClientSettings["fetch.wait.max.ms"] = "10";

        // Who joins a group that somebody has left waits for a session timeout, less one second.
        options.SessionTimeout = TimeSpan.FromSeconds(4);
        options.ClientSettings["heartbeat.interval.ms"] = "500";
    }

    /// <summary>Makes a topic, with four partitions. The cluster knows no requests that create topics; it makes those that a producer asks for.</summary>
    public static void Create(string topic)
    {
        using var admin = new DependentAdminClientBuilder(Cluster.Value.Owner.Handle).Build();
        for (var attempts = 0; admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count == 0; attempts++)
        {
            Assert.True(attempts < 100, "The mock cluster does not make the topic.");
        }
    }

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
