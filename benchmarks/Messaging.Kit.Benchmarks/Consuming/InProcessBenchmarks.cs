using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Benchmarks.Consuming;

/// <summary>From publish to handled, all in process: the kit on its in-memory broker, with a channel that carries the object itself as the floor.</summary>
[MemoryDiagnoser]
public class InProcessBenchmarks
{
    private const int Messages = 20_000;
    private IHost _host = null!;
    private IMessageBus _bus = null!;
    private int _handled;
    private TaskCompletionSource _done = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddMessaging(kit =>
        {
            kit.Publish<Order>("order", to => to.InMemory("orders"));
            kit.Consume(from => from.InMemory("orders")).Configure(options => options.Prefetch = 1000).Handle<Order>("order", (_, _, _) =>
            {
                Count();
                return default;
            });
        });
        _host = builder.Build();
        await _host.StartAsync();
        _bus = _host.Services.GetRequiredService<IMessageBus>();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task Publish_to_handled()
    {
        Reset();
        for (var i = 0; i < Messages; i++)
        {
            await _bus.PublishAsync(Order.Sample);
        }

        await _done.Task;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public async Task Channel_of_objects()
    {
        Reset();
        var channel = Channel.CreateUnbounded<Order>(new UnboundedChannelOptions { SingleReader = true });
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in channel.Reader.ReadAllAsync())
            {
                Count();
            }
        });
        for (var i = 0; i < Messages; i++)
        {
            await channel.Writer.WriteAsync(Order.Sample);
        }

        channel.Writer.Complete();
        await reading;
    }

    private void Reset() => (_handled, _done) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Count()
    {
        if (Interlocked.Increment(ref _handled) == Messages)
        {
            _done.SetResult();
        }
    }
}
