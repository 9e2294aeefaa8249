using BenchmarkDotNet.Attributes;
using Messaging.Kit.Middleware.Compression;

namespace Messaging.Kit.Benchmarks.Middleware;

/// <summary>What compression costs a publish, for a body that is large enough to be worth it.</summary>
[MemoryDiagnoser]
public class CompressionBenchmarks
{
    private Order _order = null!;
    private BenchmarkHost _plain = null!, _brotli = null!, _gzip = null!, _zstd = null!;

    [Params(1_000, 10_000, 100_000)]
    public int Size { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _order = Order.Sample with { Customer = string.Join(' ', Enumerable.Range(0, Size / 5).Select(number => $"{number * 7919 % 10_000:0000}")) };
        _plain = await BenchmarkHost.StartAsync(kit => kit.Publish<Order>("order", to => to.Discard()));
        _brotli = await StartAsync(CompressionAlgorithm.Brotli);
        _gzip = await StartAsync(CompressionAlgorithm.Gzip);
        _zstd = await StartAsync(CompressionAlgorithm.Zstd);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        foreach (var host in new[] { _plain, _brotli, _gzip, _zstd })
        {
            await host.DisposeAsync();
        }
    }

    [Benchmark(Baseline = true)]
    public ValueTask Off() => _plain.Bus.PublishAsync(_order);

    [Benchmark]
    public ValueTask Brotli() => _brotli.Bus.PublishAsync(_order);

    [Benchmark]
    public ValueTask Gzip() => _gzip.Bus.PublishAsync(_order);

    [Benchmark]
    public ValueTask Zstd() => _zstd.Bus.PublishAsync(_order);

    private static Task<BenchmarkHost> StartAsync(CompressionAlgorithm algorithm) => BenchmarkHost.StartAsync(kit =>
        kit.Publish<Order>("order", to => to.Discard()).UseCompression(options => (options.Algorithm, options.Always) = (algorithm, true)));
}
