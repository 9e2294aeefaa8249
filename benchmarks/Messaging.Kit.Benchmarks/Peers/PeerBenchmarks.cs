using BenchmarkDotNet.Attributes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rebus.Activation;
using Rebus.Config;
using Rebus.Transport.InMem;
using Wolverine;

namespace Messaging.Kit.Benchmarks.Peers;

/// <summary>
/// The same message to one handler within the process, published one after the other and all handled: the kit and its peers, each on its own
/// in-memory transport, set up as its documentation does it, without a log.
/// </summary>
/// <remarks>
/// <para>
/// The same for all: publishing is awaited, the handler runs apart from the publisher, a handler that throws has its message tried again or
/// put aside, and nothing survives the process.
/// </para>
/// <para>
/// Not the same: the kit and Rebus write the message as JSON and read it again, and the kit's broker has leases, receive counts and
/// acknowledgements, as SQS has; MassTransit writes and reads JSON too and routes by exchanges; Wolverine's local queue hands the object itself
/// over, without writing it, and so does less.
/// </para>
/// </remarks>
[MemoryDiagnoser]
public class PeerBenchmarks
{
    private const int Messages = 2_000;
    private static readonly Countdown Handled = new();
    private BenchmarkHost _kit = null!;
    private IHost _massTransit = null!, _wolverine = null!;
    private BuiltinHandlerActivator _rebus = null!;

    [GlobalSetup(Target = nameof(Kit))]
    public async Task SetupKit() => _kit = await BenchmarkHost.StartAsync(kit =>
    {
        kit.Publish<Order>("order", to => to.InMemory("orders"));
        kit.Consume(from => from.InMemory("orders")).Handle<Order>("order", (_, _, _) =>
        {
            Handled.Signal();
            return default;
        });
    });

    [GlobalSetup(Target = nameof(MassTransit))]
    public async Task SetupMassTransit()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumer<OrderConsumer>();
            bus.UsingInMemory((context, broker) => broker.ConfigureEndpoints(context));
        });
        _massTransit = builder.Build();
        await _massTransit.StartAsync();
    }

    [GlobalSetup(Target = nameof(Wolverine))]
    public async Task SetupWolverine()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseWolverine(options => options.Discovery.DisableConventionalDiscovery().IncludeType<OrderHandler>());
        _wolverine = builder.Build();
        await _wolverine.StartAsync();
    }

    [GlobalSetup(Target = nameof(Rebus))]
    public void SetupRebus()
    {
        _rebus = new BuiltinHandlerActivator();
        _rebus.Handle<Order>(_ =>
        {
            Handled.Signal();
            return Task.CompletedTask;
        });
        Configure.With(_rebus).Logging(log => log.None()).Transport(transport => transport.UseInMemoryTransport(new InMemNetwork(), "orders")).Start();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await (_kit?.DisposeAsync() ?? default);
        foreach (var host in new[] { _massTransit, _wolverine }.OfType<IHost>())
        {
            await host.StopAsync();
            host.Dispose();
        }

        _rebus?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public Task Kit() => RunAsync(_kit.Bus, static bus => bus.PublishAsync(Order.Sample));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task MassTransit() => RunAsync(_massTransit.Services.GetRequiredService<IBus>(), static bus => new(bus.Publish(Order.Sample)));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Wolverine() => RunAsync(_wolverine.MessageBus(), static bus => bus.PublishAsync(Order.Sample));

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Rebus() => RunAsync(_rebus.Bus, static bus => new(bus.SendLocal(Order.Sample)));

    private static async Task RunAsync<TBus>(TBus bus, Func<TBus, ValueTask> publish)
    {
        Handled.Begin(Messages);
        for (var i = 0; i < Messages; i++)
        {
            await publish(bus);
        }

        await Handled.Done;
    }

    /// <summary>MassTransit's handler.</summary>
    public sealed class OrderConsumer : IConsumer<Order>
    {
        public Task Consume(ConsumeContext<Order> context)
        {
            Handled.Signal();
            return Task.CompletedTask;
        }
    }

    /// <summary>Wolverine's handler.</summary>
    public sealed class OrderHandler
    {
        public static void Handle(Order _) => Handled.Signal();
    }
}
