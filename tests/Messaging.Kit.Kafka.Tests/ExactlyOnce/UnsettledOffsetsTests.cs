using System.Collections.Concurrent;
using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.ExactlyOnce;

/// <summary>A member that takes over from one that has died in the middle of a commit. On a real broker: the mock cluster stores no progress of transactions.</summary>
public sealed class UnsettledOffsetsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_begins_before_the_open_transaction_has_ended_and_then_where_the_last_one_was_committed()
    {
        var topic = await LiveKafka.CreateAsync("unsettled", 2);
        TopicPartition[] partitions = [new(topic, 0), new(topic, 1)];
        using var first = Begin($"{topic}-0");
        using var second = Begin($"{topic}-1");
        IProducer<string, byte[]>[] dead = [first, second];
        using var other = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = LiveKafka.Servers,
            GroupId = topic,
            EnableAutoCommit = false,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        }).Build();
        other.Subscribe(topic);
        await PollUntilAsync(() => other.Assignment.Count == 2, "both partitions");
        foreach (var partition in partitions)
        {
            var producer = dead[partition.Partition.Value];
            Array.ForEach("0123456789".ToCharArray(), number => producer.Produce(partition, new() { Key = $"{partition.Partition.Value}", Value = [(byte)number] }));
            Send(producer, partition, 5);
            producer.CommitTransaction(TimeSpan.FromSeconds(10));
            producer.BeginTransaction();
            Send(producer, partition, 8);
        }

        // One partition comes, and while it is not settled where to begin with it, the other.
        var handled = new ConcurrentQueue<string>();
        await using var app = await KafkaApp.StartAsync(
            kit => kit.Consume(from => from.Kafka(topic)).ExactlyOnce().HandleRaw((context, _) =>
            {
                handled.Enqueue($"{context.Envelope.Key}: {(char)context.Envelope.Body.Span[0]}");
                return default;
            }),
            options => options.Group = topic,
            LiveKafka.Servers);
        await PollUntilAsync(() => other.Assignment.Count == 1, "a share for both");
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        var settled = other.Assignment.Single().Partition.Value;
        dead[settled].AbortTransaction(TimeSpan.FromSeconds(10));
        other.Close();
        await Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System, Token);
        Assert.DoesNotContain(handled, message => !message.StartsWith($"{settled}", StringComparison.Ordinal));

        dead[1 - settled].AbortTransaction(TimeSpan.FromSeconds(10));
        await KafkaApp.UntilAsync(() => handled.Count >= 10, "what was not committed");
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
        Assert.Equal(["0: 5", "0: 6", "0: 7", "0: 8", "0: 9", "1: 5", "1: 6", "1: 7", "1: 8", "1: 9"], handled.Order(StringComparer.Ordinal));

        void Send(IProducer<string, byte[]> producer, TopicPartition partition, long done) =>
            producer.SendOffsetsToTransaction([new(partition, done)], other.ConsumerGroupMetadata, TimeSpan.FromSeconds(10));

        Task PollUntilAsync(Func<bool> condition, string what) => KafkaApp.UntilAsync(
            () =>
            {
                other.Consume(TimeSpan.FromMilliseconds(50));
                return condition();
            },
            what);
    }

    private static IProducer<string, byte[]> Begin(string name)
    {
        var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = LiveKafka.Servers, TransactionalId = name }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        producer.BeginTransaction();
        return producer;
    }
}
