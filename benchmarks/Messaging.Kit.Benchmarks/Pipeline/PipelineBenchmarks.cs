using BenchmarkDotNet.Attributes;
using Messaging.Kit.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Benchmarks.Pipeline;

/// <summary>What four steps that do nothing add to a publish.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private ServiceProvider _services = null!;
    private IMessageBus _plain = null!, _fourSteps = null!;

    [GlobalSetup]
    public void Setup()
    {
        _services = new ServiceCollection().AddMessaging(kit => kit.Publish<Order>("order", to => to.Discard())).BuildServiceProvider();
        _plain = _services.GetRequiredService<IMessageBus>();
        _fourSteps = new ServiceCollection()
            .AddMessaging(kit => kit.Publish<Order>("order", to => to.Discard()).Use(Pass).Use(Pass).Use(Pass).Use(Pass))
            .BuildServiceProvider()
            .GetRequiredService<IMessageBus>();
    }

    [GlobalCleanup]
    public async Task Cleanup() => await _services.DisposeAsync();

    [Benchmark(Baseline = true)]
    public ValueTask Publish_without_steps() => _plain.PublishAsync(Order.Sample);

    [Benchmark]
    public ValueTask Publish_through_four_steps() => _fourSteps.PublishAsync(Order.Sample);

    private static ValueTask Pass(PublishContext context, MessageDelegate<PublishContext> next) => next(context);
}
