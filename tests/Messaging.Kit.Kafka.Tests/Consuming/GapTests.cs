using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>What is in a log and is no message. On a real broker: the mock cluster writes no ends of transactions.</summary>
public sealed class GapTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_that_has_handled_all_is_at_the_end_whatever_transactions_have_left_there(bool isExactlyOnce)
    {
        var topic = await LiveKafka.CreateAsync("gaps", 1);
        var handled = 0;
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                var consume = kit.Consume(from => from.Kafka(topic));
                (isExactlyOnce ? consume.ExactlyOnce() : consume).HandleRaw((_, _) =>
                {
                    Interlocked.Increment(ref handled);
                    return default;
                });
            },
            options => options.Group = topic,
            LiveKafka.Servers);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = LiveKafka.Servers, TransactionalId = topic }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        await WriteAsync(producer, topic, 10);
        producer.CommitTransaction();
        producer.BeginTransaction();
        await WriteAsync(producer, topic, 5);
        producer.AbortTransaction();
        await KafkaApp.UntilAsync(() => Volatile.Read(ref handled) == 10, "ten messages");
        await KafkaApp.UntilAsync(() => app.Consumers[topic].GetBacklogAsync(Token).AsTask().Result is { Total: 0 }, "no backlog");
        await KafkaApp.UntilAsync(() => LagOf(topic) == 0, "the end committed");

        // One that is open is not passed over.
        producer.BeginTransaction();
        await WriteAsync(producer, topic, 5);
        producer.CommitTransaction();
        await KafkaApp.UntilAsync(() => Volatile.Read(ref handled) == 15, "five more");
        await KafkaApp.UntilAsync(() => LagOf(topic) == 0, "the end committed again");
        Assert.Equal(15, Volatile.Read(ref handled));
    }

    private static async Task WriteAsync(IProducer<Null, string> producer, string topic, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await producer.ProduceAsync(topic, new() { Value = $"{i}" }, Token);
        }
    }

    private static long LagOf(string topic)
    {
        using var reader = new ConsumerBuilder<Null, Null>(new ConsumerConfig { BootstrapServers = LiveKafka.Servers, GroupId = topic }).Build();
        var partition = new TopicPartition(topic, 0);
        var committed = reader.Committed([partition], TimeSpan.FromSeconds(10)).Single().Offset;
        return reader.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High.Value - (committed.IsSpecial ? 0 : committed.Value);
    }
}
