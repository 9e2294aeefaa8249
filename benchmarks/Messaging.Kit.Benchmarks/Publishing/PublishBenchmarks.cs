using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Messaging.Kit.Benchmarks.Publishing;

/// <summary>The way of a message from the caller to a destination that takes everything at once; writing its JSON alone is the floor.</summary>
[MemoryDiagnoser]
public class PublishBenchmarks
{
    private const int Messages = 1_000;
    private static readonly PublishOptions WithHeaders = new() { Id = "order-42", Headers = [new("tenant", "acme"), new("region", "north")] };
    private readonly Order[] _orders = [.. Enumerable.Repeat(Order.Sample, Messages)];
    private BenchmarkHost _plain = null!, _keyed = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _plain = await BenchmarkHost.StartAsync(kit => kit.Publish<Order>("order", to => to.Discard()));
        _keyed = await BenchmarkHost.StartAsync(kit => kit.Publish<Order>("order", to => to.Discard()).KeyBy(order => order.Customer));
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _plain.DisposeAsync();
        await _keyed.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public byte[] Json_alone() => JsonSerializer.SerializeToUtf8Bytes(Order.Sample, JsonSerializerOptions.Web);

    [Benchmark]
    public ValueTask One() => _plain.Bus.PublishAsync(Order.Sample);

    [Benchmark]
    public ValueTask One_with_a_key() => _keyed.Bus.PublishAsync(Order.Sample);

    [Benchmark]
    public ValueTask One_with_an_id_and_headers() => _plain.Bus.PublishAsync(Order.Sample, WithHeaders);

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task Many_at_once() => await _plain.Bus.PublishManyAsync(_orders);
}
