using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Hosting;

public sealed class TopologyTests
{
    [Fact]
    public async Task A_start_outlasts_a_broker_that_is_busy_for_a_moment()
    {
        var source = new FailingSource(failures: 2, FailureKind.Throttled);
        var log = new LogBook();
        using var host = Build(source, log);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, source.Attempts);
        Assert.Equal(2, log.Lines.Count(line => line.Level == LogLevel.Warning && line.Text.Contains("nothing starts yet", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_start_fails_at_once_when_the_broker_refuses()
    {
        var source = new FailingSource(failures: 2, FailureKind.Denied);
        using var host = Build(source);
        var exception = await Assert.ThrowsAsync<TransportException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Denied, exception.Kind);
        Assert.Equal(1, source.Attempts);
    }

    [Fact]
    public async Task What_is_refused_of_one_is_said_together_with_what_is_different_elsewhere()
    {
        var source = new FailingSource(failures: 1, FailureKind.Denied);
        using var host = Build(kit =>
        {
            kit.Consume(_ => source).HandleRaw((_, _) => default);
            kit.Publish<int>("order.counted", to => to.InMemory("counts", options => options.VisibilityTimeout = TimeSpan.FromSeconds(20)));
            kit.Publish<long>("order.summed", to => to.InMemory("counts", options => options.VisibilityTimeout = TimeSpan.FromSeconds(40)));
            kit.Configure(options => options.Topology = TopologyMode.Create);
        });

        var exception = await Assert.ThrowsAsync<MessagingException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("- not now", exception.Message, StringComparison.Ordinal);
        Assert.Contains("- Queue 'counts' is declared already", exception.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Denied, Assert.IsType<TransportException>(exception.InnerException).Kind);
    }

    [Fact]
    public void All_endpoints_are_listed_with_their_uses_and_nothing_is_made()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<InMemoryBroker>(_ => throw new InvalidOperationException("The broker has been asked for."));
        builder.Services.AddMessaging(kit =>
        {
            kit.Configure(options => options.Names["orders"] = "prod-orders");
            kit.Publish<string>("order.placed", to => to.InMemory("orders"));
            kit.Consume(from => from.InMemory("orders")).UseDeadLetter(to => to.InMemory("dead")).HandleRaw((_, _) => default);
        });
        using var host = builder.Build();

        Assert.Equal(
            [("prod-orders", EndpointUse.Consume), ("prod-orders", EndpointUse.Publish), ("dead", EndpointUse.SetAside)],
            host.Services.GetRequiredService<MessagingEndpoints>().Select(registered => (registered.PhysicalName, registered.Use)));
    }

    [Fact]
    public async Task What_registrations_of_a_queue_contradict_each_other_in_is_reported()
    {
        using var host = Build(kit =>
        {
            kit.Publish<string>("order.placed", to => to.InMemory("orders"));
            kit.Publish<int>("order.counted", to => to.InMemory("orders", options => options.VisibilityTimeout = TimeSpan.FromSeconds(20)));
            kit.Publish<long>("order.summed", to => to.InMemory("orders", options => options.VisibilityTimeout = TimeSpan.FromSeconds(40)));
        });

        var exception = await Assert.ThrowsAsync<MessagingException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Queue 'orders' is declared already, and its", exception.Message);
    }

    [Fact]
    public async Task What_registrations_of_a_stream_contradict_each_other_in_is_reported()
    {
        using var host = Build(kit =>
        {
            kit.Publish<string>("order.placed", to => to.InMemoryStream("orders", options => options.Partitions = 3));
            kit.Publish<int>("order.counted", to => to.InMemoryStream("orders", options => options.Partitions = 4));
        });

        var exception = await Assert.ThrowsAsync<MessagingException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("'orders'", exception.Message);
    }

    [Fact]
    public async Task What_a_later_registration_says_counts_when_the_first_says_nothing()
    {
        using var host = Build(kit =>
        {
            kit.Publish<string>("order.placed", to => to.InMemoryStream("orders"));
            kit.Publish<int>("order.counted", to => to.InMemoryStream("orders", options => options.Partitions = 3));
        });

        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, host.Services.GetRequiredService<InMemoryBroker>().GetStream("orders").Partitions);
    }

    private static IHost Build(Action<MessagingBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMessaging(configure);
        return builder.Build();
    }

    private static IHost Build(TransportSource source, LogBook? log = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.AddProvider(log ?? new());
        builder.Services.AddSingleton(new InMemoryBroker());
        builder.Services.AddMessaging(kit =>
        {
            kit.Consume(_ => source).HandleRaw((_, _) => default);
            kit.Configure(options =>
            {
                options.Topology = TopologyMode.Create;
                options.Sending.RetryDelay = TimeSpan.FromMilliseconds(1);
            });
        });
        return builder.Build();
    }

    private sealed class FailingSource(int failures, FailureKind kind) : TransportSource("failing", "orders"), ITopology
    {
        public int Attempts { get; private set; }

        public override ITransportReceiver CreateReceiver(string name, IServiceProvider services)
        {
            var broker = services.GetRequiredService<InMemoryBroker>();
            broker.DeclareQueue(name);
            return broker.CreateReceiver(name);
        }

        public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
            ++Attempts <= failures ? throw new TransportException(kind, "not now") : new([]);
    }
}
