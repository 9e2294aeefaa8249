using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Messaging.Kit.Benchmarks.Stubs;
using Messaging.Kit.Sns;

namespace Messaging.Kit.Benchmarks.Sns;

/// <summary>
/// SNS over stubbed HTTP: a thousand messages published. The client called by hand does the same work: the same JSON in the same CloudEvent
/// with the same attributes, ten in a call, each outcome looked at. It is the kit's own client, for the SDK's package is not at hand where
/// this is built: what is compared is what the bus adds.
/// </summary>
[MemoryDiagnoser]
public class SnsBenchmarks
{
    private const int Messages = 1_000, Batch = 10, Calls = 8;
    private static readonly string Topic = StubAws.TopicOf("orders");
    private static readonly SnsAttribute[] Attributes = [new("type", "String", "order"), new("source", "String", "/benchmarks")];
    private readonly Order[] _orders = [.. Enumerable.Repeat(Order.Sample, Messages)];
    private SnsServiceClient _client = null!;
    private BenchmarkHost _host = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _client = new StubAws().Connect<SnsServiceClient>();
        _host = await BenchmarkHost.StartAsync(kit =>
        {
            kit.UseSns(sns => sns.Client = _client);
            kit.Publish<Order>("order", to => to.Sns(Topic));
        });
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _host.DisposeAsync();
        _client.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public Task Publish_by_hand() => Task.WhenAll(Enumerable.Range(0, Calls).Select(number => Task.Run(async () =>
    {
        for (var first = number * Batch; first < Messages; first += Calls * Batch)
        {
            var outcomes = await _client.PublishBatchAsync(Topic, [.. Enumerable.Range(0, Batch).Select(Write)]);
            if (outcomes.Count != Batch || outcomes.Any(outcome => outcome.ErrorCode is not null))
            {
                throw new InvalidOperationException("Not all of the batch was accepted.");
            }
        }
    })));

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task Publish()
    {
        if ((await _host.Bus.PublishManyAsync(_orders)).FirstOrDefault(outcome => outcome.Error is not null).Error is { } error)
        {
            throw error;
        }
    }

    private static SnsPublishEntry Write(int number) => new($"{number}", System.Text.Encoding.UTF8.GetBytes(
        $$"""{"specversion":"1.0","id":"{{Guid.CreateVersion7()}}","source":"/benchmarks","type":"order","time":"{{DateTime.UtcNow:O}}","datacontenttype":"application/json","data":{{JsonSerializer.Serialize(Order.Sample, JsonSerializerOptions.Web)}}}"""))
    {
        Attributes = Attributes,
    };
}
