using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Middleware.Redelivery;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>On a real broker: the mock cluster does not look for times.</summary>
public sealed class ReplayTests
{
    private readonly ConcurrentQueue<int> _handled = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replay_begins_at_its_time_whatever_was_committed()
    {
        var topic = await LiveKafka.CreateAsync("replayed", 2);
        await ConsumeAsync(topic, publish: [1, 2, 3], handled: 3);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
        var from = DateTimeOffset.UtcNow;
        await ConsumeAsync(topic, publish: [4, 5], handled: 2);
        await ConsumeAsync(topic, publish: [], handled: 2, options => options.ReplayFrom = from);
        Assert.Equal([1, 2, 3, 4, 5, 4, 5], _handled);
    }

    [Fact]
    public async Task A_group_begins_at_the_first_message_or_when_told_so_at_the_next()
    {
        var topic = await LiveKafka.CreateAsync("begun", 1);
        await ConsumeAsync(topic, publish: [1], handled: 1, options => options.Group = "first");
        await ConsumeAsync(topic, publish: [], handled: 1, options => options.Group = "second");
        await using var app = await StartAsync(topic, options => (options.Group, options.StartAtEnd) = ("third", true));
        await KafkaApp.UntilAsync(() => app.Consumers[topic].GetBacklogAsync(Token).AsTask().Result is { Total: 0 }, "a start at the end");
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        await app.Bus.PublishAsync(2, new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => _handled.Count == 3, "the next message");
        Assert.Equal([1, 1, 2], _handled);
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task A_group_that_began_at_the_end_misses_nothing_that_came_while_nobody_was_there(KafkaGroupProtocol protocol)
    {
        var topic = await LiveKafka.CreateAsync("begun", 2);
        await using (var first = await StartAsync(topic, AtEnd))
        {
            await KafkaApp.UntilAsync(() => HasCommitted(topic, partitions: 2), "a start in both partitions");
        }

        await using (var publisher = await StartAsync(topic, options => options.Group = "another"))
        {
            await publisher.Bus.PublishAsync(1, new() { Key = "k" }, Token);
            await KafkaApp.UntilAsync(() => _handled.Count == 1, "the message in the other group");
        }

        await using var second = await StartAsync(topic, AtEnd);
        await KafkaApp.UntilAsync(() => _handled.Count == 2, "the message");

        void AtEnd(KafkaTransportOptions options) => (options.StartAtEnd, options.GroupProtocol) = (true, protocol);
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task A_group_that_began_at_the_end_misses_nothing_of_a_partition_that_is_added(KafkaGroupProtocol protocol)
    {
        var topic = await LiveKafka.CreateAsync("grown", 1);
        await using var app = await StartAsync(topic, options =>
        {
            (options.StartAtEnd, options.GroupProtocol) = (true, protocol);
            options.ClientSettings["topic.metadata.refresh.interval.ms"] = "1000";
        });
        await KafkaApp.UntilAsync(() => HasCommitted(topic, partitions: 1), "a start");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 2 }]);
        await FirstMessageIsHandledAsync(new(topic, 1));
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task A_group_that_waits_at_the_end_of_a_topic_that_is_not_there_misses_nothing_of_it(KafkaGroupProtocol protocol)
    {
        var topic = $"kit-later-{Guid.NewGuid():N}";
        await using var app = await StartAsync(topic, options => (options.StartAtEnd, options.GroupProtocol) = (true, protocol));
        await KafkaApp.UntilAsync(() => app.Consumers[topic].LastFailure is not null, "a topic that is missing");
        await LiveKafka.CreateNamedAsync(topic, 1);
        await FirstMessageIsHandledAsync(new(topic, 0));
    }

    [Fact]
    public async Task A_group_that_is_behind_what_is_kept_goes_on_with_the_first_message_that_is()
    {
        var topic = await LiveKafka.CreateAsync("behind", 1);
        await ConsumeAsync(topic, publish: [0], handled: 1);
        await ConsumeAsync(topic, publish: [1, 2, 3, 4], handled: 5, options => options.Group = "another");
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build())
        {
            await admin.DeleteRecordsAsync([new(topic, 0, 3)]);
        }

        _handled.Clear();
        await ConsumeAsync(topic, publish: [], handled: 2, options => options.StartAtEnd = true);
        Assert.Equal([3, 4], _handled);
    }

    [Fact]
    public async Task Replay_in_transactions_goes_on_where_it_was_when_the_first_is_undone()
    {
        var topic = await LiveKafka.CreateAsync("undone", 1);
        var from = DateTimeOffset.UtcNow.AddMinutes(-1);
        await ConsumeAsync(topic, publish: [1, 2, 3], handled: 3);
        _handled.Clear();
        var failures = 0;
        await using var app = await KafkaApp.StartAsync(
            kit => kit.Consume(source => source.Kafka(topic)).ExactlyOnce().UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(20))).Handle<int>("number", (number, _, _) =>
            {
                if (failures++ == 0)
                {
                    throw new InvalidOperationException("Not at the first time.");
                }

                _handled.Enqueue(number);
                return default;
            }),
            options => (options.Group, options.ReplayFrom) = ($"group-{topic}", from),
            LiveKafka.Servers);
        await KafkaApp.UntilAsync(() => _handled.Contains(3), "the last message");
        Assert.Equal([1, 2, 3], _handled.Distinct());
    }

    private static bool HasCommitted(string topic, int partitions)
    {
        using var reader = new ConsumerBuilder<Null, Null>(new ConsumerConfig { BootstrapServers = LiveKafka.Servers, GroupId = $"group-{topic}" }).Build();
        var all = Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition));
        return reader.Committed(all, TimeSpan.FromSeconds(10)).TrueForAll(committed => !committed.Offset.IsSpecial);
    }

    private async Task FirstMessageIsHandledAsync(TopicPartition partition)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = LiveKafka.Servers }).Build();
        await KafkaApp.UntilAsync(() => TryWrite(producer, partition), "a message in the new partition");
        await KafkaApp.UntilAsync(() => _handled.Contains(7), "the message");
    }

    // Fails until the brokers know the partition.
    private static bool TryWrite(IProducer<string, byte[]> producer, TopicPartition partition)
    {
        try
        {
            producer.ProduceAsync(partition, new() { Key = "k", Value = "7"u8.ToArray(), Headers = [new Header("ce_type", "number"u8.ToArray())] }, Token).GetAwaiter().GetResult();
            return true;
        }
        catch (ProduceException<string, byte[]>)
        {
            return false;
        }
    }

    private async Task ConsumeAsync(string topic, int[] publish, int handled, Action<KafkaTransportOptions>? tune = null)
    {
        var before = _handled.Count;
        await using var app = await StartAsync(topic, tune);
        foreach (var number in publish)
        {
            await app.Bus.PublishAsync(number, new() { Key = "k" }, Token);
        }

        await KafkaApp.UntilAsync(() => _handled.Count == before + handled, $"{handled} messages");
    }

    private Task<KafkaApp> StartAsync(string topic, Action<KafkaTransportOptions>? tune) => KafkaApp.StartAsync(
        kit =>
        {
            kit.Publish<int>("number", to => to.Kafka(topic));
            kit.Consume(from => from.Kafka(topic)).Handle<int>("number", (number, _, _) =>
            {
                _handled.Enqueue(number);
                return default;
            });
        },
        options =>
        {
            options.Group = $"group-{topic}";
            tune?.Invoke(options);
        },
        LiveKafka.Servers);
}
