using System.Collections.Concurrent;
using Messaging.Kit.Consuming;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Tests.Hosting;

public sealed class LifetimeTests
{
    private readonly FakeReceiver _receiver = new();
    private readonly FakeSender _sender = new();

    [Fact]
    public async Task Topology_is_applied_before_anything_is_received_sources_first_and_each_place_once()
    {
        var (source, destination, dead) = (new FakeSource("orders", _receiver), new FakeDestination("out"), new FakeDestination("dead"));
        var same = new FakeDestination("OUT");
        await using var app = await App.Start(
            kit =>
            {
                kit.Publish<string>("test", _ => destination);
                kit.Publish<int>("number", _ => same);
                kit.Consume(_ => source).UseDeadLetter(_ => dead).Handle<string>("test", (_, _, _) => default);
            },
            settings: new() { ["Messaging:Topology"] = "Validate", ["Messaging:Names:orders"] = "prod" });
        Assert.Equal(["Validate prod"], source.Applied);
        Assert.Equal(["Validate out"], destination.Applied);
        Assert.Equal(["Validate dead"], dead.Applied);
        Assert.Empty(same.Applied);
    }

    [Fact]
    public async Task Start_fails_with_all_that_differs_and_receives_nothing()
    {
        await using var app = new App(kit =>
        {
            kit.Configure(options => options.Topology = TopologyMode.Validate);
            kit.Publish<string>("test", _ => new FakeDestination("out") { Differences = ["out has another key"] });
            kit.Consume(_ => new FakeSource("orders", _receiver) { Differences = ["orders is missing", "orders has no dead-letter queue"] }).Handle<string>("test", (_, _, _) => default);
        });
        var failure = await Wait.Fails<MessagingException>(app.Runtime.StartAsync(Wait.Stop));
        Assert.Equal(
            ["The topology is not as registered:", "- out has another key", "- orders is missing", "- orders has no dead-letter queue"],
            failure.Message.Split(Environment.NewLine));
        Assert.Equal(ConsumerState.Created, app.Consumer.State);
        Assert.Empty(_receiver.ReceiveCalls);
    }

    [Fact]
    public async Task What_handlers_publish_while_the_host_stops_is_sent()
    {
        var (started, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        App app = null!;
        await using var _ = app = await App.Start(kit =>
        {
            kit.Publish<string>("test", _ => new FakeDestination("out", _sender));
            kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", async (_, _, _) =>
            {
                started.SetResult();
                await gate.Task;
                await app.Bus.PublishAsync("reaction");
            });
        });
        _receiver.Deliver("1");
        await Wait.For(started.Task);
        var stop = app.Runtime.StopAsync(CancellationToken.None);
        gate.SetResult();
        await Wait.For(stop);
        Assert.Single(_sender.Sent);
        Assert.Equal(["1"], _receiver.Acked);
    }

    [Fact]
    public async Task Stop_cancels_handlers_after_its_time()
    {
        await using var app = await App.Start(kit =>
        {
            kit.Configure(options => options.ShutdownTimeout = TimeSpan.FromSeconds(7));
            kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", async (_, _, cancellationToken) => await Task.Delay(Timeout.Infinite, cancellationToken));
        });
        _receiver.Deliver("1");
        await Wait.Until(() => app.Consumer.Handling == 1);
        var stop = app.Runtime.StopAsync(CancellationToken.None);
        await app.Clock.Wait(wait => wait == TimeSpan.FromSeconds(7));
        Assert.False(stop.IsCompleted);
        app.Clock.Advance(TimeSpan.FromSeconds(7));
        await Wait.For(stop);
        Assert.Equal(["1"], _receiver.Returned);
    }

    [Fact]
    public async Task Message_on_its_way_out_is_sent_before_the_end()
    {
        var gate = new TaskCompletionSource();
        _sender.OnSend = (_, _) => new(gate.Task);
        var app = new App(kit => kit.Publish<string>("test", _ => new FakeDestination("out", _sender)));
        var publishing = app.Bus.PublishAsync("text").AsTask();
        await Wait.Until(() => _sender.Calls == 1);
        var ending = app.Runtime.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        gate.SetResult();
        await Wait.For(ending);
        await Wait.For(publishing);
        Assert.True(_sender.IsDisposed);
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Broker_that_does_not_answer_does_not_hold_the_end()
    {
        _sender.OnSend = async (_, cancellationToken) => await Task.Delay(Timeout.Infinite, cancellationToken);
        var app = new App(kit => kit.Publish<string>("test", _ => new FakeDestination("out", _sender)));
        var publishing = app.Bus.PublishAsync("text").AsTask();
        await Wait.Until(() => _sender.Calls == 1);
        await app.DisposeAsync();
        Assert.Contains("stopped before the broker confirmed", (await Wait.Fails<TransportException>(publishing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_without_a_start_and_ending_twice_is_fine()
    {
        var app = new App(kit =>
        {
            kit.Publish<string>("test", _ => new FakeDestination("out", _sender));
            kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", (_, _, _) => default);
        });
        var runtime = app.Runtime;
        await Wait.For(runtime.DisposeAsync());
        await Wait.For(runtime.DisposeAsync());
        await app.DisposeAsync();
        Assert.True(_receiver.IsDisposed);
        Assert.True(_sender.IsDisposed);
    }

    [Fact]
    public async Task Consumers_are_found_by_their_names()
    {
        await using var app = new App(kit =>
        {
            foreach (var name in new[] { "a", "b" })
            {
                kit.Consume(_ => new FakeSource(name)).Handle<string>("test", (_, _, _) => default);
            }
        });
        var consumers = app.Services.GetRequiredService<MessageConsumers>();
        Assert.Equal(["a", "b"], consumers.Select(consumer => consumer.Name));
        Assert.Same(consumers[1], consumers["b"]);
        Assert.Equal("No consumer is called 'c'. There are: a, b.", Assert.Throws<KeyNotFoundException>(() => consumers["c"]).Message);
    }

    [Fact]
    public async Task Live_is_who_consumes_and_ready_who_is_connected()
    {
        _receiver.OnReceive = _ => throw new TransportException(FailureKind.Denied, "no permission");
        await using var app = new App(
            kit => kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", (_, _, _) => default),
            services => services.AddHealthChecks().AddMessaging());
        await AssertHealth(app, "orders is not consuming (Created).", "orders cannot receive from fake:orders (Created).");

        await app.Runtime.StartAsync(Wait.Stop);
        await app.Clock.Wait();
        await AssertHealth(app, null, "orders cannot receive from fake:orders (Reconnecting).");

        // A poll that lasts says nothing yet.
        _receiver.OnReceive = null;
        await app.Clock.Pass();
        await Wait.Until(() => _receiver.Receiving == 1);
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Acked.Any());
        await AssertHealth(app, null, null);

        app.Consumer.Pause();
        await AssertHealth(app, null, null);
        await app.Stop();
        await AssertHealth(app, "orders is not consuming (Stopped).", "orders cannot receive from fake:orders (Stopped).");
    }

    [Fact]
    public async Task Not_ready_while_a_source_has_not_answered_yet()
    {
        await using var app = await App.Start(
            kit => kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", (_, _, _) => default),
            services => services.AddHealthChecks().AddMessaging());
        await AssertHealth(app, null, "orders has no answer from fake:orders yet.");
    }

    [Fact]
    public async Task Not_ready_while_a_destination_refuses()
    {
        await using var app = await App.Start(
            kit => kit.Publish<string>("test", _ => new FakeDestination("out", _sender)),
            services => services.AddHealthChecks().AddMessaging());
        await AssertHealth(app, null, null);
        _sender.OnSend = (_, _) => throw new TransportException(FailureKind.NotFound, "no such queue");
        await Wait.Fails<TransportException>(app.Bus.PublishAsync("text"));
        await AssertHealth(app, null, "fake:out refuses.");
        _sender.OnSend = null;
        await Wait.For(app.Bus.PublishAsync("text"));
        await AssertHealth(app, null, null);
    }

    [Fact]
    public async Task Consumers_of_one_type_have_handlers_and_steps_of_their_own()
    {
        var (other, handled) = (new FakeReceiver(), new ConcurrentQueue<string>());
        await using var app = await App.Start(kit =>
        {
            kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", (message, _, _) => Note($"orders {message}"));
            kit.Consume(_ => new FakeSource("audit", other))
                .Use((context, next) => context.MessageId is "2" ? default : next(context))
                .Handle<string>("test", (message, _, _) => Note($"audit {message}"));
        });
        _receiver.Deliver("1", "2");
        other.Deliver("1", "2");
        await Wait.Until(() => _receiver.Acked.Count() == 2 && other.Acked.Count() == 2);

        Assert.Equal(["audit 1", "orders 1", "orders 2"], handled.Order(StringComparer.Ordinal));

        ValueTask Note(string what)
        {
            handled.Enqueue(what);
            return default;
        }
    }

    [Fact]
    public async Task Log_that_throws_changes_nothing()
    {
        var dead = new FakeSender();
        await using var app = new App(kit =>
        {
            kit.Publish<string>("test", _ => new FakeDestination("out", _sender));
            kit.Consume(_ => new FakeSource("orders", _receiver))
                .UseDeadLetter(_ => new FakeDestination("dead", dead), maxDeliveries: 2)
                .UseIdempotency()
                .Handle<string>("test", (_, _, _) => throw new InvalidOperationException("broken"));
        });
        app.Log.OnLine = _ => throw new InvalidOperationException("the event log is full");
        await app.Runtime.StartAsync(Wait.Stop);
        var failures = 1;
        _sender.OnSend = (_, _) => Interlocked.Decrement(ref failures) >= 0 ? throw new TransportException(FailureKind.Transient, "away") : default;
        var publishing = app.Bus.PublishAsync("text").AsTask();
        await app.Clock.PassUntil(publishing);
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Returned.Any());
        _receiver.Deliver(FakeReceiver.Message("1", deliveryCount: 2));
        await Wait.Until(() => _receiver.Acked.Any());

        Assert.Equal("1", Assert.Single(dead.Sent).Id);
        Assert.False(app.Consumer.HasDied);
    }

    [Fact]
    public async Task Host_starts_and_stops_the_consumers_with_itself()
    {
        var handled = new ConcurrentQueue<string>();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddMessaging(kit => kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", (message, _, _) =>
        {
            handled.Enqueue(message);
            return default;
        }));
        using (var host = builder.Build())
        {
            await host.StartAsync(Wait.Stop);
            _receiver.Deliver("1");
            await Wait.Until(() => _receiver.Acked.Any());
            await host.StopAsync(Wait.Stop);
        }

        Assert.Equal(["1"], handled);
        Assert.True(_receiver.IsDisposed);
    }

    private static async Task AssertHealth(App app, string? live, string? ready)
    {
        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Wait.Stop);
        Assert.Equal((live, ready), (Text("messaging-live", "live"), Text("messaging-ready", "ready")));

        string? Text(string name, string tag)
        {
            var entry = report.Entries[name];
            Assert.Contains(tag, entry.Tags);
            Assert.Equal(entry.Description is null ? HealthStatus.Healthy : HealthStatus.Unhealthy, entry.Status);
            return entry.Description;
        }
    }
}
