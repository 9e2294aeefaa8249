using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>On a real broker: the mock cluster knows no requests that make topics.</summary>
public sealed class RecreatedTopicTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_committed_is_of_the_topic_that_is_there_now()
    {
        var topic = await LiveKafka.CreateAsync("recreated", 1);
        var handled = new ConcurrentQueue<int>();
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(topic));
                kit.Consume(from => from.Kafka(topic)).Handle<int>("number", (number, _, _) =>
                {
                    handled.Enqueue(number);
                    return default;
                });
            },
            options => options.Group = topic,
            LiveKafka.Servers);
        await app.Bus.PublishManyAsync(Enumerable.Range(0, 20), cancellationToken: Token);
        await KafkaApp.UntilAsync(() => handled.Count == 20 && Committed(topic) == 20, "the first twenty");

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build();
        await admin.DeleteTopicsAsync([topic]);
        await KafkaApp.UntilAsync(() => Make(admin, topic), "the topic anew");
        await app.Bus.PublishManyAsync(Enumerable.Range(20, 3), cancellationToken: Token);
        await KafkaApp.UntilAsync(() => handled.Count == 23 && Committed(topic) == 3, "three more");
    }

    // Until the brokers have forgotten the one that was deleted.
    private static bool Make(IAdminClient admin, string topic)
    {
        try
        {
            admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1 }]).GetAwaiter().GetResult();
            return true;
        }
        catch (CreateTopicsException)
        {
            return false;
        }
    }

    private static long Committed(string topic)
    {
        using var reader = new ConsumerBuilder<Null, Null>(new ConsumerConfig { BootstrapServers = LiveKafka.Servers, GroupId = topic }).Build();
        return reader.Committed([new TopicPartition(topic, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value;
    }
}
