using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Messaging.Kit.Benchmarks.Stubs;
using Messaging.Kit.EventBridge;

namespace Messaging.Kit.Benchmarks.EventBridge;

/// <summary>
/// EventBridge over stubbed HTTP: a thousand events put. The client called by hand does the same work: the same entries, ten in a call, each
/// outcome looked at. It is the kit's own client, for the SDK's package is not at hand where this is built: what is compared is what the bus adds.
/// </summary>
[MemoryDiagnoser]
public class EventBridgeBenchmarks
{
    private const int Messages = 1_000, Batch = 10, Calls = 8;
    private readonly Order[] _orders = [.. Enumerable.Repeat(Order.Sample, Messages)];
    private EventBridgeServiceClient _client = null!;
    private BenchmarkHost _host = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _client = new StubAws().Connect<EventBridgeServiceClient>();
        _host = await BenchmarkHost.StartAsync(kit =>
        {
            kit.UseEventBridge(events => events.Client = _client);
            kit.Publish<Order>("order", to => to.EventBridge("shop"));
        });
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _host.DisposeAsync();
        _client.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public Task Put_by_hand() => Task.WhenAll(Enumerable.Range(0, Calls).Select(number => Task.Run(async () =>
    {
        for (var first = number * Batch; first < Messages; first += Calls * Batch)
        {
            var outcomes = await _client.PutEventsAsync([.. Enumerable.Range(0, Batch).Select(_ => Write())]);
            if (outcomes.Any(outcome => outcome.ErrorCode is not null))
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

    private static EventBridgeEntry Write()
    {
        var now = DateTimeOffset.UtcNow;
        return new("/benchmarks", "order", JsonSerializer.SerializeToUtf8Bytes(Order.Sample, JsonSerializerOptions.Web))
        {
            Time = now,
            EventBusName = "shop",
            Resources = [$"cloudevents:id={Guid.CreateVersion7()}&time={now:O}"],
        };
    }
}
