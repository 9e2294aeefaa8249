using System.Globalization;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Confluent.Kafka;

namespace Messaging.Kit.Benchmarks.Kafka;

/// <summary>
/// Kafka over the client library's mock cluster: ten thousand messages out, all confirmed, and in. The raw client does the same work: the same
/// JSON, the same headers, each report looked at, offsets stored after reading. With the client's defaults, and tuned to what the kit sets.
/// The cluster is in this process and has its share of the time; against a real broker, see the load tool.
/// </summary>
[MemoryDiagnoser]
public class KafkaBenchmarks
{
    private const int Messages = 10_000;
    private static readonly byte[] Version = "1.0"u8.ToArray(), Source = "/benchmarks"u8.ToArray(), Type = "order"u8.ToArray(), Json = "application/json"u8.ToArray();
    private readonly Order[] _orders = [.. Enumerable.Repeat(Order.Sample, Messages)];
    private readonly Countdown _countdown = new();
    private BenchmarkHost _publisher = null!, _roundTrip = null!;
    private IProducer<byte[], byte[]> _defaults = null!, _tuned = null!;
    private IConsumer<byte[], byte[]> _consumer = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        foreach (var topic in new[] { "sent", "raw", "kit" })
        {
            MockCluster.Create(topic);
        }

        _defaults = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = MockCluster.Servers }).Build();
        _tuned = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = MockCluster.Servers,
            EnableIdempotence = true,
            LingerMs = 20,
            QueueBufferingMaxMessages = 1_000_000,
            DeliveryReportFields = "none",
        }).Build();
        _consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = MockCluster.Servers,
            GroupId = $"raw-{Guid.NewGuid():N}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoOffsetStore = false,
            FetchWaitMaxMs = 10,
        }).Build();
        _consumer.Subscribe("raw");
        _publisher = await BenchmarkHost.StartAsync(kit =>
        {
            kit.UseKafka(kafka => kafka.BootstrapServers = MockCluster.Servers);
            kit.Publish<Order>("order", to => to.Kafka("sent"));
        });
        _roundTrip = await BenchmarkHost.StartAsync(kit =>
        {
            // It does not wake a fetch that waits when a message comes.
            kit.UseKafka(kafka => (kafka.BootstrapServers, kafka.ClientSettings["fetch.wait.max.ms"]) = (MockCluster.Servers, "10"));
            kit.Publish<Order>("order", to => to.Kafka("kit"));
            kit.Consume(from => from.Kafka("kit", kafka => kafka.Group = $"kit-{Guid.NewGuid():N}")).Handle<Order>("order", (_, _, _) =>
            {
                _countdown.Signal();
                return default;
            });
        });
        await There_and_back();
        There_and_back_by_hand();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _publisher.DisposeAsync();
        await _roundTrip.DisposeAsync();
        _consumer.Close();
        _consumer.Dispose();
        _defaults.Dispose();
        _tuned.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public void Produce_by_hand() => Produce(_defaults, "sent");

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Produce_by_hand_tuned() => Produce(_tuned, "sent");

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task Publish() => See(await _publisher.Bus.PublishManyAsync(_orders));

    [Benchmark(OperationsPerInvoke = Messages)]
    public void There_and_back_by_hand()
    {
        Produce(_tuned, "raw");
        for (var i = 0; i < Messages; i++)
        {
            var result = _consumer.Consume();
            JsonSerializer.Deserialize<Order>(result.Message.Value, JsonSerializerOptions.Web);
            _consumer.StoreOffset(result);
        }
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task There_and_back()
    {
        _countdown.Begin(Messages);
        See(await _roundTrip.Bus.PublishManyAsync(_orders));
        await _countdown.Done;
    }

    private static void Produce(IProducer<byte[], byte[]> producer, string topic)
    {
        var failed = 0;
        for (var i = 0; i < Messages; i++)
        {
            producer.Produce(topic, Write(), report => failed += report.Error.IsError ? 1 : 0);
        }

        producer.Flush();
        if (failed > 0)
        {
            throw new InvalidOperationException($"{failed} messages were not accepted.");
        }
    }

    private static Message<byte[], byte[]> Write()
    {
        var now = DateTime.UtcNow;
        return new()
        {
            Value = JsonSerializer.SerializeToUtf8Bytes(Order.Sample, JsonSerializerOptions.Web),
            Headers = new Headers
            {
                { "ce_specversion", Version },
                { "ce_id", Encoding.UTF8.GetBytes(Guid.CreateVersion7().ToString()) },
                { "ce_source", Source },
                { "ce_type", Type },
                { "ce_time", Encoding.UTF8.GetBytes(now.ToString("O", CultureInfo.InvariantCulture)) },
                { "content-type", Json },
            },
            Timestamp = new Timestamp(now),
        };
    }

    private static void See(IReadOnlyList<PublishOutcome> outcomes)
    {
        if (outcomes.FirstOrDefault(outcome => outcome.Error is not null).Error is { } error)
        {
            throw error;
        }
    }
}
