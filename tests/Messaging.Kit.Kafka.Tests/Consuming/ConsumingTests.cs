using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Redelivery;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>What comes out of topics that others write, too, and in which order.</summary>
public sealed class ConsumingTests
{
    private readonly string _topic = NewTopic();
    private readonly ConcurrentQueue<ConsumeContextCopy> _raw = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Message_of_another_system_comes_with_its_key_headers_and_body()
    {
        await WriteAsync("key"u8.ToArray(), "plain text"u8.ToArray(), ("Some-Header", "välue"u8.ToArray()));
        await using var app = await ConsumeRawAsync();
        var message = await OneAsync();
        Assert.Equal(("key", "plain text", ""), (message.Key, message.Body, message.Type));
        Assert.Contains(message.Headers, header => header is { Key: "someheader", Value: "välue" });
    }

    [Fact]
    public async Task Key_and_headers_that_are_no_text_harm_nobody()
    {
        await WriteAsync([0xFF, 0xFE, 0x00], [0xC3, 0x28], ("h", [0xFF]), ("ce_type", [0xFF, 0xC0]), ("", null), ("ce_time", "yesterday"u8.ToArray()));
        await WriteAsync("key"u8.ToArray(), "next"u8.ToArray());
        await using var app = await ConsumeRawAsync();
        await KafkaApp.UntilAsync(() => _raw.Count == 2, "both messages");
        Assert.Equal(["0xfffe00", "key"], _raw.Select(message => message.Key).Order(StringComparer.Ordinal));
        Assert.Contains(_raw, message => message is { Key: "key", Body: "next" });
    }

    [Fact]
    public async Task Body_that_cannot_be_decoded_is_dead_lettered_with_its_key_as_it_was()
    {
        var dead = NewTopic();
        await WriteAsync([0xFF, 0x01], "no json"u8.ToArray(), ("ce_type", "number"u8.ToArray()));
        await using var app = await KafkaApp.StartAsync(kit => kit.Consume(from => from.Kafka(_topic, Group))
            .UseDeadLetter(to => to.Kafka(dead))
            .Handle<int>("number", (_, _, _) => default));
        await using var reader = await ConsumeRawAsync(dead);
        var letter = await OneAsync();
        Assert.Equal("no json", letter.Body);
        Assert.Contains(letter.Headers, header => header is { Key: HeaderNames.DeadLetterReason, Value: "poison" });
        using var raw = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = MockCluster.BootstrapServers, GroupId = $"raw-{dead}", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        raw.Subscribe(dead);
        Assert.Equal([0xFF, 0x01], raw.Consume(Token).Message.Key);
        raw.Close();
    }

    [Fact]
    public async Task Time_that_no_calendar_has_harms_nobody()
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = MockCluster.BootstrapServers, LingerMs = 0 }).Build();
        await producer.ProduceAsync(_topic, new() { Key = "key", Value = "microseconds", Timestamp = new(1_790_000_000_000_000, TimestampType.CreateTime) }, Token);
        await producer.ProduceAsync(_topic, new() { Key = "key", Value = "next" }, Token);
        await using var app = await ConsumeRawAsync();
        await KafkaApp.UntilAsync(() => _raw.Count == 2, "both messages");
        Assert.Equal(["microseconds", "next"], _raw.Select(message => message.Body));
    }

    [Theory]
    [InlineData("2001-02-03T04:05:06.0000000Z")]
    [InlineData("2099-02-03T04:05:06.0000000Z")]
    public async Task Dead_letter_keeps_its_time_and_brokers_count_from_now(string time)
    {
        var dead = NewTopic();
        await WriteAsync("key"u8.ToArray(), "no json"u8.ToArray(), ("ce_type", "number"u8.ToArray()), ("ce_time", Encoding.UTF8.GetBytes(time)));
        var before = DateTime.UtcNow.AddSeconds(-1);
        await using var app = await KafkaApp.StartAsync(kit => kit.Consume(from => from.Kafka(_topic, Group))
            .UseDeadLetter(to => to.Kafka(dead))
            .Handle<int>("number", (_, _, _) => default));
        using var raw = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = MockCluster.BootstrapServers, GroupId = $"raw-{dead}", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        raw.Subscribe(dead);
        var letter = raw.Consume(Token).Message;
        Assert.Equal(time, Encoding.UTF8.GetString(letter.Headers.GetLastBytes("ce_time")));
        Assert.InRange(letter.Timestamp.UtcDateTime, before, DateTime.UtcNow);
        raw.Close();
    }

    [Fact]
    public async Task Tombstone_is_a_message_of_its_own_in_both_directions()
    {
        await WriteAsync("gone"u8.ToArray(), null);
        var keys = new ConcurrentQueue<string>();
        await using var app = await KafkaApp.StartAsync(kit =>
        {
            kit.Publish<Tombstone>(Tombstone.TypeName, to => to.Kafka(_topic)).KeyBy(tombstone => tombstone.Key);
            kit.Consume(from => from.Kafka(_topic, Group)).Handle<Tombstone>(Tombstone.TypeName, (tombstone, _, _) =>
            {
                keys.Enqueue(tombstone.Key!);
                return default;
            });
        });
        await app.Bus.PublishAsync(new Tombstone("own"), cancellationToken: Token);
        await KafkaApp.UntilAsync(() => keys.Count == 2, "two tombstones");
        Assert.Equal(["gone", "own"], keys.Order());
        using var raw = new ConsumerBuilder<string, byte[]?>(new ConsumerConfig { BootstrapServers = MockCluster.BootstrapServers, GroupId = $"raw-{_topic}", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        raw.Subscribe(_topic);
        Assert.Null(raw.Consume(Token).Message.Value);
        Assert.Null(raw.Consume(Token).Message.Value);
        raw.Close();
    }

    [Fact]
    public async Task A_failing_key_waits_and_others_go_on_unless_order_is_by_partition()
    {
        foreach (var byPartition in new[] { false, true })
        {
            var topic = NewTopic();
            var handled = new ConcurrentQueue<string>();
            var isMended = false;
            await using var app = await KafkaApp.StartAsync(
                kit =>
                {
                    kit.Publish<int>("number", to => to.Kafka(topic));
                    kit.Consume(from => from.Kafka(topic, options => options.Group = topic))
                        .UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(100)))
                        .Handle<int>("number", (_, context, _) =>
                        {
                            if (context.Envelope.Key == "bad" && !Volatile.Read(ref isMended))
                            {
                                throw new InvalidOperationException("Not yet.");
                            }

                            handled.Enqueue(context.Envelope.Key!);
                            return default;
                        });
                },
                options => options.OrderByPartition = byPartition);

            // The same partition for all: keys that Java's hash puts where "bad" is.
            var keys = SamePartition("bad", 3);
            await app.Bus.PublishAsync(0, new() { Key = "bad" }, Token);
            await app.Bus.PublishManyAsync(keys, key => new() { Key = $"{key}" }, Token);
            if (byPartition)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
                Assert.Empty(handled);
            }
            else
            {
                await KafkaApp.UntilAsync(() => handled.Count == 3, "the other keys");
            }

            Volatile.Write(ref isMended, true);
            await KafkaApp.UntilAsync(() => handled.Count == 4, "all");
            Assert.Equal(byPartition ? 0 : 3, handled.ToList().IndexOf("bad"));
        }
    }

    [Fact]
    public async Task Slow_handlers_hold_the_reading_back_and_nothing_is_lost()
    {
        const int Count = 3_000;
        var seen = new ConcurrentDictionary<int, bool>();
        var most = 0;
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(_topic));
                kit.Consume(from => from.Kafka(_topic, Group)).Configure(options => (options.Concurrency, options.Prefetch) = (4, 10)).Handle<int>("number", async (number, _, token) =>
                {
                    if (number % 500 == 0)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, token);
                    }

                    seen[number] = true;
                });
            },
            options => options.MaxUncommitted = 50);
        using var sampling = new Timer(_ => most = Math.Max(most, app.Consumers[_topic].InFlight), null, 0, 1);
        await app.Bus.PublishManyAsync(Enumerable.Range(0, Count), number => new() { Key = $"{number % 100}" }, Token);
        await KafkaApp.UntilAsync(() => seen.Count == Count, "all messages");

        // The prefetch, and as much again that is only to be acknowledged.
        Assert.InRange(most, 1, 20);
    }

    [Fact]
    public async Task Topic_that_comes_to_be_while_a_receive_waits_is_no_failure()
    {
        var topic = $"late-{Guid.NewGuid():N}";
        await using var app = await ConsumeRawAsync(topic);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
        Assert.Null(app.Consumers[topic].LastFailure);
        MockCluster.Create(topic);
        await WriteAsync("key"u8.ToArray(), "late"u8.ToArray(), topic);
        Assert.Equal("late", (await OneAsync()).Body);
        Assert.Null(app.Consumers[topic].LastFailure);
    }

    private static string NewTopic()
    {
        var topic = $"consumed-{Guid.NewGuid():N}";
        MockCluster.Create(topic);
        return topic;
    }

    private static List<int> SamePartition(string key, int count)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = MockCluster.BootstrapServers, Partitioner = Confluent.Kafka.Partitioner.Murmur2Random, LingerMs = 0 }).Build();
        var scratch = NewTopic();
        var partition = producer.ProduceAsync(scratch, new() { Key = key, Value = "" }, Token).Result.Partition;
        return [.. Enumerable.Range(0, 200).Where(number => producer.ProduceAsync(scratch, new() { Key = $"{number}", Value = "" }, Token).Result.Partition == partition).Take(count)];
    }

    private void Group(KafkaTransportOptions options) => options.Group = $"group-{_topic}";

    private Task<KafkaApp> ConsumeRawAsync(string? topic = null, Action<KafkaTransportOptions>? tune = null) => KafkaApp.StartAsync(
        kit => kit.Consume(from => from.Kafka(topic ?? _topic, Group)).HandleRaw((context, _) =>
        {
            _raw.Enqueue(new(context.Envelope.Key, context.Envelope.Type, Encoding.UTF8.GetString(context.Envelope.Body.Span), context.Headers.ToDictionary(header => header.Key, header => header.Value)));
            return default;
        }),
        tune);

    private async Task<ConsumeContextCopy> OneAsync()
    {
        await KafkaApp.UntilAsync(() => !_raw.IsEmpty, "a message");
        return Assert.Single(_raw);
    }

    private Task WriteAsync(byte[] key, byte[]? value, params (string Name, byte[]? Value)[] headers) => WriteAsync(key, value, _topic, headers);

    private static async Task WriteAsync(byte[] key, byte[]? value, string topic, params (string Name, byte[]? Value)[] headers)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig { BootstrapServers = MockCluster.BootstrapServers, LingerMs = 0 }).Build();
        var all = new Headers();
        foreach (var (name, text) in headers)
        {
            all.Add(name, text);
        }

        await producer.ProduceAsync(topic, new() { Key = key, Value = value, Headers = all }, Token);
    }

    private sealed record ConsumeContextCopy(string? Key, string Type, string Body, Dictionary<string, string> Headers);
}
