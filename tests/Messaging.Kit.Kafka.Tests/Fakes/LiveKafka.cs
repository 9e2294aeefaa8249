using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Messaging.Kit.Kafka.Tests.Fakes;

/// <summary>Apache Kafka, where it is: topics of a test's own, and what a plain client finds in them.</summary>
internal static class LiveKafka
{
    public static string Servers
    {
        get
        {
            var servers = Environment.GetEnvironmentVariable(KafkaClientSettings.BootstrapVariable);
            Assert.SkipWhen(servers is null, $"The environment variable {KafkaClientSettings.BootstrapVariable} names no brokers. See the README, 'Tests on real brokers'.");
            return servers!;
        }
    }

    /// <summary>Makes a topic.</summary>
    public static async Task<string> CreateAsync(string name, int partitions = 4)
    {
        var topic = $"kit-{name}-{Guid.NewGuid():N}";
        await CreateNamedAsync(topic, partitions);
        return topic;
    }

    /// <summary>Makes a topic whose name is known already.</summary>
    public static async Task CreateNamedAsync(string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions }]);
    }

    public static async Task DeleteAsync(string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        await admin.DeleteTopicsAsync([topic]);
    }

    /// <summary>Reads a topic from its beginning to its end, as it is now: what transactions have committed, and nothing that they have not.</summary>
    public static List<ConsumeResult<string, string>> ReadAll(string topic)
    {
        var config = new ConsumerConfig { BootstrapServers = Servers, GroupId = "reader", IsolationLevel = IsolationLevel.ReadCommitted, EnablePartitionEof = true, EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<string, string>(config).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions;
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var read = new List<ConsumeResult<string, string>>();
        for (var ends = 0; ends < partitions.Count;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"'{topic}' does not come to its end: is a transaction open?");
            if (result.IsPartitionEOF)
            {
                ends++;
            }
            else
            {
                read.Add(result);
            }
        }

        return read;
    }
}
