using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Kafka.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>Members with names that outlive them, members that come to their end, and topics that grow. On a real broker.</summary>
public sealed class MembershipTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task Member_with_a_name_keeps_its_partitions_over_a_restart(KafkaGroupProtocol protocol)
    {
        var topic = await LiveKafka.CreateAsync("named");
        var handled = new ConcurrentQueue<int>();
        await using var one = await StartAsync(topic, "one", protocol, handled);
        var two = await StartAsync(topic, "two", protocol, handled);
        await KafkaApp.UntilAsync(() => Shares(topic) is { Count: 2 } shares && shares.All(share => share.Partitions.Count == 2), "equal shares");
        var before = Shares(topic);
        await two.DisposeAsync();
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Token);
        AssertSame(before, Shares(topic));

        await using var again = await StartAsync(topic, "two", protocol, handled);
        await one.Bus.PublishManyAsync(Enumerable.Range(0, 100), number => new() { Key = $"{number}" }, Token);
        await KafkaApp.UntilAsync(() => handled.Count == 100, "all messages");
        AssertSame(before, Shares(topic));
    }

    // Another process has taken its name: its client has ended for good.
    [Fact]
    public async Task Member_that_has_come_to_its_end_is_replaced()
    {
        var topic = await LiveKafka.CreateAsync("ended");
        var handled = new ConcurrentQueue<int>();
        await using var app = await StartAsync(topic, "one", KafkaGroupProtocol.Classic, handled);
        await app.Bus.PublishAsync(0, new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => handled.Count == 1, "the first message");
        using (var other = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = LiveKafka.Servers,
            GroupId = topic,
            GroupInstanceId = $"one-{topic}",
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        }).Build())
        {
            other.Subscribe(topic);
            await KafkaApp.UntilAsync(
                () =>
                {
                    other.Consume(TimeSpan.FromMilliseconds(100));
                    return app.Consumers[topic].LastFailure is not null;
                },
                "the end of the first");
            Assert.Contains("fenced", app.Consumers[topic].LastFailure!.Message, StringComparison.OrdinalIgnoreCase);
        }

        await app.Bus.PublishAsync(1, new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => handled.Contains(1), "the second message");

        // The first comes again when it had not been committed yet.
        Assert.Equal([0, 1], handled.Distinct());
    }

    [Fact]
    public async Task Topic_that_has_more_partitions_than_before_is_reported()
    {
        var topic = await LiveKafka.CreateAsync("grown", 1);
        var (time, log) = (new FakeTimeProvider(), new LogBook());
        var options = new KafkaTransportOptions { BootstrapServers = LiveKafka.Servers };
        await using var member = new KafkaMember(topic, topic, options, new(time), holder: null, transactions: null, replayed: [], time, log);
        member.Start();
        await KafkaApp.UntilAsync(() => member.HasJoined, "the first share");
        time.Advance(TimeSpan.FromSeconds(15));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]);
        await KafkaApp.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(15));
                return log.Lines.Any(line => line.Contains($"Topic {topic} has 3 partitions now, and had 1", StringComparison.Ordinal));
            },
            "the report");
    }

    private static List<(string Name, List<int> Partitions)> Shares(string group)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build();
        var members = admin.DescribeConsumerGroupsAsync([group]).GetAwaiter().GetResult().ConsumerGroupDescriptions.Single().Members;
        return [.. members.Select(member => (member.GroupInstanceId ?? "", member.Assignment.TopicPartitions.Select(partition => partition.Partition.Value).Order().ToList())).OrderBy(share => share.Item1, StringComparer.Ordinal)];
    }

    private static void AssertSame(List<(string Name, List<int> Partitions)> expected, List<(string Name, List<int> Partitions)> actual) =>
        Assert.Equal(expected.Select(share => $"{share.Name}: {string.Join(',', share.Partitions)}"), actual.Select(share => $"{share.Name}: {string.Join(',', share.Partitions)}"));

    private static Task<KafkaApp> StartAsync(string topic, string name, KafkaGroupProtocol protocol, ConcurrentQueue<int> handled) => KafkaApp.StartAsync(
        kit =>
        {
            kit.Publish<int>("number", to => to.Kafka(topic));
            kit.Consume(from => from.Kafka(topic)).Handle<int>("number", (number, _, _) =>
            {
                handled.Enqueue(number);
                return default;
            });
        },
        options => (options.Group, options.GroupInstanceId, options.GroupProtocol) = (topic, name, protocol),
        LiveKafka.Servers);

    private sealed class LogBook : ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));
    }
}
