using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;

namespace Messaging.Kit.Benchmarks.Middleware;

/// <summary>What each step costs a message that nothing is wrong with, from its source to settled: on, against none of them.</summary>
[MemoryDiagnoser]
public class MiddlewareBenchmarks
{
    private const int Messages = 10_000;
    private readonly Dictionary<string, (BenchmarkHost Host, Tap Tap)> _hosts = [];
    private readonly Countdown _countdown = new();
    private ActivityListener? _traces;
    private MeterListener? _meters;

    [GlobalSetup]
    public async Task Setup()
    {
        await AddAsync(nameof(None), _ => { });
        await AddAsync(nameof(Dead_letter), consumer => consumer.UseDeadLetter(to => to.Discard(), maxDeliveries: 5));
        await AddAsync(nameof(Idempotency), consumer => consumer.UseIdempotency());
        await AddAsync(nameof(Compression), consumer => consumer.UseCompression());
        await AddAsync(nameof(Redelivery), consumer => consumer.UseRedelivery(_ => { }));
        await AddAsync(nameof(Retry), consumer => consumer.UseRetry());
        await AddAsync(nameof(Retry_topics), consumer => consumer.UseRetryTopics(topics => topics.Add(TimeSpan.FromMinutes(1), to => to.Discard(), from => from.Endless(new Tap()))));
        await AddAsync(nameof(Telemetry), _ => { });
        await AddAsync(nameof(All), consumer => consumer.UseDeadLetter(to => to.Discard(), maxDeliveries: 5).UseIdempotency().UseCompression().UseRedelivery(_ => { }).UseRetry());
    }

    /// <summary>Somebody listens to the kit's traces and counts its messages; everybody else is measured without.</summary>
    [GlobalSetup(Target = nameof(Telemetry))]
    public async Task SetupTelemetry()
    {
        _traces = new()
        {
            ShouldListenTo = source => source.Name == MessagingDiagnostics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_traces);
        _meters = new()
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Meter.Name == MessagingDiagnostics.Name)
                {
                    meters.EnableMeasurementEvents(instrument);
                }
            },
        };
        _meters.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        _meters.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        _meters.Start();
        await Setup();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        foreach (var (host, _) in _hosts.Values)
        {
            await host.DisposeAsync();
        }

        _traces?.Dispose();
        _meters?.Dispose();
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
    public Task Retry_topics() => RunAsync(nameof(Retry_topics));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Telemetry() => RunAsync(nameof(Telemetry));

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
