using Messaging.Kit.Hosting;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Tests.Hosting;

/// <summary>What operators say goes over what the code says.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task Settings_go_over_the_code()
    {
        ConsumeBuilder consumer = null!;
        await using var app = new App(
            kit =>
            {
                kit.Configure(options =>
                {
                    options.ShutdownTimeout = TimeSpan.FromSeconds(1);
                    options.Sending.MaxAttempts = 2;
                    options.Sending.MaxConcurrentCalls = 3;
                });
                consumer = kit.Consume(_ => new FakeSource("orders")).Configure(options => (options.Concurrency, options.Receivers) = (3, 2)).Handle<string>("test", (_, _, _) => default);
            },
            settings: new()
            {
                ["Messaging:ShutdownTimeout"] = "00:00:12",
                ["Messaging:Topology"] = "create",
                ["Messaging:Sending:MaxAttempts"] = "5",
                ["Messaging:Sending:MaxWaiting"] = "50",
                ["Messaging:Sending:MaxWaitingBytes"] = "5000000000",
                ["Messaging:Sending:RetryDelay"] = "00:00:00.5",
                ["Messaging:Sending:MaxRetryDelay"] = "00:00:07",
                ["messaging:consumers:ORDERS:concurrency"] = "7",
                ["Messaging:Consumers:orders:Prefetch"] = "70",
                ["Messaging:Consumers:orders:PrefetchBytes"] = "7000000000",
            });
        var options = app.Services.GetRequiredService<IOptions<MessagingOptions>>().Value;
        Assert.Equal((TimeSpan.FromSeconds(12), TopologyMode.Create), (options.ShutdownTimeout, options.Topology));
        Assert.Equal((5, 3, 50, 5_000_000_000), (options.Sending.MaxAttempts, options.Sending.MaxConcurrentCalls, options.Sending.MaxWaiting, options.Sending.MaxWaitingBytes));
        Assert.Equal((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(7)), (options.Sending.RetryDelay, options.Sending.MaxRetryDelay));
        Assert.Equal((7, 70, 7_000_000_000, 2), (consumer.Options.Concurrency, consumer.Options.Prefetch, consumer.Options.PrefetchBytes, consumer.Options.Receivers));
    }

    [Fact]
    public async Task Physical_names_replace_logical_ones_everywhere()
    {
        var (source, destination, dead) = (new FakeSource("orders"), new FakeDestination("orders"), new FakeDestination("dead"));
        await using var app = await App.Start(
            kit =>
            {
                kit.Configure(options => options.Names["dead"] = "dead-in-code");
                kit.Publish<string>("test", _ => destination);
                kit.Consume(_ => source).UseDeadLetter(_ => dead).Handle<string>("test", (_, _, _) => default);
            },
            settings: new() { ["Messaging:Names:Orders"] = "prod-orders", ["Messaging:Names:unused"] = "whatever", ["Messaging:Names:dead"] = " " });
        Assert.Equal(("prod-orders", "prod-orders", "dead-in-code"), (source.PhysicalName, destination.PhysicalName, dead.PhysicalName));
        Assert.Equal("orders", app.Consumer.Name);
    }

    [Fact]
    public async Task Several_modules_add_up()
    {
        await using var app = new App(
            kit =>
            {
                kit.Publish<string>("text", _ => new FakeDestination("texts"));
                kit.Configure(options => options.Sending.MaxAttempts = 2);
            },
            services => services.AddMessaging(kit =>
            {
                kit.Publish<int>("number", _ => new FakeDestination("numbers"));
                kit.Configure(options => options.Sending.MaxConcurrentCalls = 2);
                kit.Consume(_ => new FakeSource("orders")).Handle<string>("text", (_, _, _) => default);
                kit.RequireRoute<string>();
            }));
        await Wait.For(app.Bus.PublishAsync("text"));
        await Wait.For(app.Bus.PublishAsync(1));
        Assert.Single(app.Runtime.Consumers);
        Assert.Single(app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>());
        var sending = app.Services.GetRequiredService<IOptions<MessagingOptions>>().Value.Sending;
        Assert.Equal((2, 2), (sending.MaxAttempts, sending.MaxConcurrentCalls));
    }

    [Fact]
    public async Task Bus_works_without_a_host_without_logging_and_without_a_clock()
    {
        var sender = new FakeSender();
        var services = new ServiceCollection();
        services.AddMessaging(kit => kit.Publish<string>("text", _ => new FakeDestination("texts", sender)));
        await using (var provider = services.BuildServiceProvider())
        {
            await Wait.For(provider.GetRequiredService<IMessageBus>().PublishAsync("text"));
        }

        Assert.Single(sender.Sent);
        Assert.True(sender.IsDisposed);
        Assert.StartsWith("/", sender.Sent[0].Envelope.Source, StringComparison.Ordinal);
        Assert.InRange(sender.Sent[0].Envelope.Time, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public void Services_may_be_disposed_without_await()
    {
        var (sender, receiver) = (new FakeSender(), new FakeReceiver());
        var services = new ServiceCollection();
        services.AddMessaging(kit =>
        {
            kit.Publish<string>("text", _ => new FakeDestination("texts", sender));
            kit.Consume(_ => new FakeSource("orders", receiver)).Handle<string>("text", (_, _, _) => default);
        });
        using (var provider = services.BuildServiceProvider())
        {
            Assert.NotNull(provider.GetRequiredService<IMessageBus>());
        }

        Assert.True(sender.IsDisposed);
        Assert.True(receiver.IsDisposed);
    }
}
