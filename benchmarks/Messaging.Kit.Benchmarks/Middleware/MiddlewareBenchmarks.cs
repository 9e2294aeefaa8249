using BenchmarkDotNet.Attributes;
using Messaging.Kit.Hosting;

namespace Messaging.Kit.Benchmarks.Middleware;

/// <summary>What each step costs a message that nothing is wrong with, from its source to settled: on, against none of them.</summary>
[MemoryDiagnoser]
public class MiddlewareBenchmarks
{
    private const int Messages = 10_000;
    private readonly Dictionary<string, (BenchmarkHost Host, Tap Tap)> _hosts = [];
    private readonly Countdown _countdown = new();

    [GlobalSetup]
    public async Task Setup()
    {
        await AddAsync(nameof(None), _ => { });
        await AddAsync(nameof(Dead_letter), consumer => consumer.UseDeadLetter(to => to.Discard(), maxDeliveries: 5));
        await AddAsync(nameof(Idempotency), consumer => consumer.UseIdempotency());
        await AddAsync(nameof(Compression), consumer => consumer.UseCompression());
        await AddAsync(nameof(Redelivery), consumer => consumer.UseRedelivery(_ => { }));
        await AddAsync(nameof(Retry), consumer => consumer.UseRetry());
        await AddAsync(nameof(All), consumer => consumer.UseDeadLetter(to => to.Discard(), maxDeliveries: 5).UseIdempotency().UseCompression().UseRedelivery(_ => { }).UseRetry());
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        foreach (var (host, _) in _hosts.Values)
        {
            await host.DisposeAsync();
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public Task None() => RunAsync(nameof(None));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Dead_letter() => RunAsync(nameof(Dead_letter));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Idempotency() => RunAsync(nameof(Idempotency));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Compression() => RunAsync(nameof(Compression));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Redelivery() => RunAsync(nameof(Redelivery));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Retry() => RunAsync(nameof(Retry));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task All() => RunAsync(nameof(All));

    private async Task AddAsync(string name, Action<ConsumeBuilder> use)
    {
        var tap = new Tap();
        var host = await BenchmarkHost.StartAsync(kit =>
        {
            var consumer = kit.Consume(from => from.Endless(tap));
            use(consumer);
            consumer.Handle<Order>("order", (_, _, _) =>
            {
                _countdown.Signal();
                return default;
            });
        });
        _hosts.Add(name, (host, tap));
    }

    private Task RunAsync(string name)
    {
        _countdown.Begin(Messages);
        _hosts[name].Tap.Open(Messages);
        return _countdown.Done;
    }
}
