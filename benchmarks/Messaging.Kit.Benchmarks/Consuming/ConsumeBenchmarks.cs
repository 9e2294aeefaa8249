using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Messaging.Kit.Benchmarks.Consuming;

/// <summary>The way of a message from its source to its handler and back to be settled; reading its JSON alone is the floor. With handlers of one message after the other, and of many at once.</summary>
[MemoryDiagnoser]
public class ConsumeBenchmarks
{
    private const int Messages = 10_000;
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Order.Sample, JsonSerializerOptions.Web);
    private readonly Tap _tap = new();
    private readonly Countdown _countdown = new();
    private BenchmarkHost _host = null!;

    [Params(1, 10, 100)]
    public int Concurrency { get; set; } = 1;

    [GlobalSetup]
    public async Task Setup() => _host = await BenchmarkHost.StartAsync(kit => kit
        .Consume(from => from.Endless(_tap))
        .Configure(options => options.Concurrency = Concurrency)
        .Handle<Order>("order", (_, _, _) =>
        {
            _countdown.Signal();
            return default;
        }));

    [GlobalCleanup]
    public async Task Cleanup() => await _host.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public int Json_alone()
    {
        var sum = 0;
        for (var i = 0; i < Messages; i++)
        {
            sum += JsonSerializer.Deserialize<Order>(Body, JsonSerializerOptions.Web)!.Number;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Received_to_settled()
    {
        _countdown.Begin(Messages);
        _tap.Open(Messages);
        return _countdown.Done;
    }
}
