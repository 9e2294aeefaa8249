using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>Every delivery has services of its own, which end with it.</summary>
public sealed class ScopeTests
{
    private readonly FakeReceiver _receiver = new();
    private readonly ConcurrentQueue<Scoped> _made = new();

    [Fact]
    public async Task Handler_is_resolved_from_the_services_of_each_delivery()
    {
        await using var app = await Start();
        _receiver.Deliver("1", "2", "3");
        await Wait.Until(() => _receiver.Acked.Count() == 3);
        await Wait.Until(() => _made.All(scoped => scoped.Disposals == 1));
        Assert.Equal(3, _made.Count);
        Assert.All(_made, scoped => Assert.True(scoped.WasHandled));
    }

    [Fact]
    public async Task Services_end_also_when_the_handler_fails()
    {
        await using var app = await Start(scoped => throw new InvalidOperationException("fails"));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Equal(1, Assert.Single(_made).Disposals);
    }

    [Fact]
    public async Task Services_end_before_the_message_is_settled()
    {
        var gate = new TaskCompletionSource();
        await using var app = await Start(onDispose: () => new(gate.Task));
        _receiver.Deliver("1");
        await Wait.Until(() => _made.Any(scoped => scoped.WasHandled));
        Assert.Empty(_receiver.SettleCalls);
        gate.SetResult();
        await Wait.Until(() => _receiver.Acked.Any());
    }

    [Fact]
    public async Task Message_whose_services_cannot_end_has_failed_and_comes_again_later()
    {
        // A transaction that commits when it is disposed has not been committed.
        await using var app = await Start(onDispose: () => throw new InvalidOperationException("the commit fails"));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Settlements.Count == 1);
        Assert.Equal(["1"], _receiver.Returned);
        Assert.InRange(_receiver.Settlements[0].RedeliverAfter, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        _receiver.Deliver("2");
        await Wait.Until(() => _receiver.Settlements.Count == 2);
    }

    [Fact]
    public async Task Handler_s_own_failure_is_told_when_its_services_cannot_end_either()
    {
        await using var app = await Start(_ => throw new FormatException("the handler's own"), () => throw new InvalidOperationException("the disposal's"));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Contains(app.Log.Lines, line => line.Failure is FormatException);
    }

    [Fact]
    public async Task Delivery_that_asks_for_no_services_makes_none()
    {
        var scopes = 0;
        await using var app = await App.Start(
            kit => kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string>("test", (_, _, _) => default),
            services => services.AddScoped(_ => new Counted(() => scopes++)));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(0, scopes);
    }

    [Fact]
    public async Task Missing_service_is_a_failure_of_the_message_and_not_of_the_pump()
    {
        await using var app = await App.Start(kit => kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string, NeedsMissing>("test"));
        _receiver.Deliver("1", "2");
        await Wait.Until(() => _receiver.Returned.Count() == 2);
        Assert.Contains(app.Log.Lines, line => line.Failure?.Message.Contains("Unable to resolve service", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Handler_that_throws_at_once_fails_the_message()
    {
        await using var app = await App.Start(kit => kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string, Throwing>("test"));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Returned.Any());
    }

    [Fact]
    public async Task Several_types_have_handlers_of_their_own_and_others_are_poison_unless_ignored()
    {
        var handled = new ConcurrentQueue<string>();
        await using var app = await App.Start(kit => kit.Consume(_ => new FakeSource("orders", _receiver))
            .Handle<string>("text", (text, _, _) => Note($"text {text}"))
            .Handle<int>("number", (number, _, _) => Note($"number {number}"))
            .DefaultType("number")
            .IgnoreOtherTypes());
        _receiver.Deliver(
            FakeReceiver.Message("1", type: "text"),
            FakeReceiver.Message("2", type: "number", body: "2"u8.ToArray()),
            FakeReceiver.Message("3", type: "", body: "3"u8.ToArray()),
            FakeReceiver.Message("4", type: "other"),
            FakeReceiver.Message("five", type: "number"));
        await Wait.Until(() => _receiver.Settlements.Count == 5);
        Assert.Equal(["number 2", "number 3", "text 1"], handled.Order());
        Assert.Equal(["1", "2", "3", "4"], _receiver.Acked.Order());
        Assert.Equal(["five"], _receiver.Returned);
        Assert.Contains(app.Log.Lines, line => line.Failure is PoisonMessageException);

        ValueTask Note(string what)
        {
            handled.Enqueue(what);
            return default;
        }
    }

    private Task<App> Start(Action<Scoped>? handle = null, Func<ValueTask>? onDispose = null) => App.Start(
        kit => kit.Consume(_ => new FakeSource("orders", _receiver)).Handle<string, Handler>("test"),
        services => services.AddScoped(_ =>
        {
            var scoped = new Scoped(handle, onDispose);
            _made.Enqueue(scoped);
            return scoped;
        }));

    private sealed class Scoped(Action<Scoped>? handle, Func<ValueTask>? onDispose) : IAsyncDisposable
    {
        private int _disposals;

        public int Disposals => Volatile.Read(ref _disposals);

        public bool WasHandled { get; private set; }

        public void Handle()
        {
            Assert.Equal(0, Disposals);
            WasHandled = true;
            handle?.Invoke(this);
        }

        public async ValueTask DisposeAsync()
        {
            if (onDispose is not null)
            {
                await onDispose();
            }

            Interlocked.Increment(ref _disposals);
        }
    }

    private sealed class Handler(Scoped scoped) : IMessageHandler<string>
    {
        public async ValueTask HandleAsync(string message, ConsumeContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Assert.Same(scoped, context.Services.GetRequiredService<Scoped>());
            scoped.Handle();
        }
    }

    private sealed class Counted
    {
        public Counted(Action made) => made();
    }

    private sealed class NeedsMissing(Counted counted) : IMessageHandler<string>
    {
        public ValueTask HandleAsync(string message, ConsumeContext context, CancellationToken cancellationToken) => counted is null ? default : default;
    }

    private sealed class Throwing : IMessageHandler<string>
    {
        public ValueTask HandleAsync(string message, ConsumeContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("at once");
    }
}
