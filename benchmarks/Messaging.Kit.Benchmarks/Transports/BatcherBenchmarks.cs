using BenchmarkDotNet.Attributes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Benchmarks.Transports;

/// <summary>What the batcher adds to an entry: when a call is always free, and when entries share calls that take a moment. The calls alone are the floor.</summary>
[MemoryDiagnoser]
public class BatcherBenchmarks
{
    private const int Entries = 10_000;
    private const int PerCall = 10;
    private readonly ValueTask[] _outcomes = new ValueTask[Entries];
    private TransportBatcher<int> _free = null!, _busy = null!;

    [GlobalSetup]
    public void Setup()
    {
        _free = Make((_, _) => default);
        _busy = Make(async (_, _) => await Task.Yield());
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        foreach (var batcher in new[] { _free, _busy })
        {
            await batcher.StopAsync(CancellationToken.None);
            batcher.Dispose();
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Entries)]
    public async Task Calls_alone()
    {
        for (var i = 0; i < Entries / PerCall; i++)
        {
            await Task.Yield();
        }
    }

    [Benchmark(OperationsPerInvoke = Entries)]
    public Task A_call_is_free() => AddAllAsync(_free);

    [Benchmark(OperationsPerInvoke = Entries)]
    public Task Calls_are_shared() => AddAllAsync(_busy);

    private static TransportBatcher<int> Make(Func<TransportBatch<int>, CancellationToken, ValueTask> send) => new(
        () => new(PerCall, int.MaxValue, int.MaxValue),
        send,
        new(MaxCalls: 8, MaxAttempts: 4, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10)),
        TimeProvider.System,
        NullLogger.Instance);

    private async Task AddAllAsync(TransportBatcher<int> batcher)
    {
        for (var i = 0; i < Entries; i++)
        {
            _outcomes[i] = batcher.AddAsync(i, 1, CancellationToken.None);
        }

        foreach (var outcome in _outcomes)
        {
            await outcome;
        }
    }
}
