using System.Collections.Concurrent;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Idempotency;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Middleware.Idempotency;

public sealed class IdempotencyTests
{
    private readonly FakeReceiver _receiver = new();
    private readonly Store _store = new();
    private Func<ConsumeContext, ValueTask> _handle = _ => default;
    private int _handled;

    [Fact]
    public async Task Message_is_claimed_handled_and_completed()
    {
        await using var app = await Start();
        Assert.Equal("ack", await Deliver());
        Assert.Equal(["claim orders/1", "complete orders/1"], _store.Calls);
        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Copy_of_a_handled_message_is_acknowledged_and_not_handled()
    {
        var observer = new Observer();
        await using var app = await Start(services: services => services.AddSingleton<IMessageObserver>(observer));
        await Deliver();
        Assert.Equal("ack", await Deliver());
        Assert.Equal(1, _handled);
        Assert.Equal("1", Assert.Single(observer.Duplicates));
    }

    [Fact]
    public async Task Failed_message_is_handled_again()
    {
        await using var app = await Start();
        _handle = _ => throw new InvalidOperationException("fails");
        Assert.Equal("nack", await Deliver());
        Assert.Equal(["claim orders/1", "release orders/1"], _store.Calls);
        _handle = _ => default;
        Assert.Equal("ack", await Deliver());
        Assert.Equal(2, _handled);
    }

    [Fact]
    public async Task Concurrent_copy_goes_back_and_comes_when_the_claim_may_have_ended()
    {
        await using var app = await Start();
        var gate = new TaskCompletionSource();
        _handle = _ => new(gate.Task);
        _receiver.Deliver("1");
        await Wait.Until(() => _handled == 1);
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Equal(TimeSpan.FromMinutes(1), _receiver.Settlements[0].RedeliverAfter);
        gate.SetResult();
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal("ack", await Deliver());
        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Many_copies_at_once_are_handled_once()
    {
        await using var app = await Start();
        _handle = async _ => await Task.Yield();
        for (var round = 0; round < 20; round++)
        {
            _receiver.Deliver([.. Enumerable.Range(0, 10).Select(_ => $"{round}")]);
        }

        await Wait.Until(() => _receiver.Settlements.Count == 200);
        Assert.Equal(20, _handled);
    }

    [Fact]
    public async Task Key_may_be_chosen()
    {
        await using var app = await Start(options => options.KeyOf = context => context.Headers["transaction"]!);
        Assert.Equal("ack", await Deliver(WithTransaction("1", "t1")));
        Assert.Equal("ack", await Deliver(WithTransaction("2", "t1")));
        Assert.Equal("ack", await Deliver(WithTransaction("1", "t2")));
        Assert.Equal(2, _handled);
        Assert.Equal(["orders/t1", "orders/t2"], _store.Completed.Order());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Messages_without_a_key_are_not_copies_of_each_other_but_poison(string? transaction)
    {
        var failures = new ConcurrentQueue<Exception>();
        await using var app = await Start(options => options.KeyOf = context => context.Headers["transaction"]!, failures: failures);
        foreach (var id in new[] { "1", "2" })
        {
            var message = FakeReceiver.Message(id);
            message.Headers["transaction"] = transaction;
            Assert.Equal("nack", await Deliver(message));
        }

        Assert.Equal(2, failures.Count);
        Assert.All(failures, failure => Assert.IsType<PoisonMessageException>(failure));
        Assert.Empty(_store.Calls);
        Assert.Equal(0, _handled);
    }

    [Fact]
    public async Task Consumers_do_not_collide()
    {
        var (first, second, handled) = (new FakeReceiver(), new FakeReceiver(), new ConcurrentQueue<string>());
        await using var app = await App.Start(kit =>
        {
            foreach (var (name, receiver) in new[] { ("a", first), ("a/b", second) })
            {
                kit.Consume(_ => new FakeSource(name, receiver))
                    .UseIdempotency(options => options.Store = _store)
                    .Handle<string>("test", (_, context, _) =>
                    {
                        handled.Enqueue($"{context.Consumer} {context.MessageId}");
                        return default;
                    });
            }
        });
        first.Deliver("b/c", "c");
        second.Deliver("c", "b/c");
        await Wait.Until(() => first.Acked.Count() == 2 && second.Acked.Count() == 2);
        Assert.Equal(["a b/c", "a c", "a/b b/c", "a/b c"], handled.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Claim_is_renewed_at_a_third_while_the_handling_lasts()
    {
        await using var app = await Start();
        var gate = new TaskCompletionSource();
        _handle = _ => new(gate.Task);
        _receiver.Deliver("1");
        for (var round = 1; round <= 6; round++)
        {
            await app.Clock.Pass(wait => wait == TimeSpan.FromSeconds(20));
            await Wait.Until(() => _store.Renewed == round);
        }

        gate.SetResult();
        await Wait.Until(() => _receiver.Acked.Any());
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(6, _store.Renewed);
        Assert.Equal("complete orders/1", _store.Calls.Last());
    }

    [Fact]
    public async Task Lost_claim_cancels_the_handler_and_is_no_failure_of_the_message()
    {
        var failures = new ConcurrentQueue<Exception>();
        await using var app = await Start(failures: failures);
        _store.OnRenew = _ => new(false);
        await HangUntilCancelled(app);
        await app.Clock.Pass(wait => wait == TimeSpan.FromSeconds(20));

        await Wait.Until(() => _receiver.Returned.Any());
        Assert.IsType<MessageInProgressException>(Assert.Single(failures));
        Assert.True(app.Log.Has(LogLevel.Warning, "orders has lost its claim on message 1"));
    }

    [Fact]
    public async Task Lost_claim_is_no_failure_of_the_message_whatever_the_cancelled_handler_throws()
    {
        // As database clients do, which have an exception of their own for what was cancelled.
        var failures = new ConcurrentQueue<Exception>();
        await using var app = await Start(failures: failures);
        _store.OnRenew = _ => new(false);
        _handle = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidOperationException("Operation cancelled by user.");
        };
        _receiver.Deliver("1");
        await app.Clock.Pass(wait => wait == TimeSpan.FromSeconds(20));

        await Wait.Until(() => _receiver.Returned.Any());
        Assert.IsType<MessageInProgressException>(Assert.Single(failures));
    }

    [Fact]
    public async Task Renewal_that_fails_is_tried_again_while_the_claim_lasts()
    {
        await using var app = await Start();
        var gate = new TaskCompletionSource();
        CancellationToken token = default;
        _handle = context =>
        {
            token = context.CancellationToken;
            return new(gate.Task);
        };
        _store.OnRenew = _ => _store.Renewals <= 2 ? throw new InvalidOperationException("the store is away") : new(true);
        _receiver.Deliver("1");
        for (var round = 1; round <= 4; round++)
        {
            await app.Clock.Pass(wait => wait == TimeSpan.FromSeconds(20));
            await Wait.Until(() => _store.Renewed == round);
        }

        Assert.False(token.IsCancellationRequested);
        gate.SetResult();
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.True(app.Log.Has(LogLevel.Warning, "could not be renewed"));
    }

    [Fact]
    public async Task Renewal_that_never_succeeds_cancels_the_handler_when_the_claim_ends()
    {
        await using var app = await Start();
        _store.OnRenew = _ => throw new InvalidOperationException("the store is away");
        var token = await HangUntilCancelled(app);
        for (var round = 1; round <= 3; round++)
        {
            Assert.False(token.IsCancellationRequested);
            await app.Clock.Pass(wait => wait == TimeSpan.FromSeconds(20));
            await Wait.Until(() => _store.Renewed == round);
        }

        await Wait.Until(() => _receiver.Returned.Any());
    }

    [Fact]
    public async Task Renewal_that_hangs_cancels_the_handler_when_the_claim_ends()
    {
        await using var app = await Start();
        _store.OnRenew = async cancellationToken =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return true;
        };
        var token = await HangUntilCancelled(app);
        await app.Clock.Pass(wait => wait == TimeSpan.FromSeconds(20));
        await Wait.Until(() => _store.Renewals == 1);
        Assert.False(token.IsCancellationRequested);
        app.Clock.Advance(TimeSpan.FromSeconds(40));

        await Wait.Until(() => _receiver.Returned.Any());
        Assert.True(token.IsCancellationRequested);
    }

    [Fact]
    public async Task Store_that_throws_anything_while_the_handler_finishes_changes_nothing()
    {
        await using var app = await Start();
        var gate = new TaskCompletionSource();
        _handle = _ => new(gate.Task);
        _store.OnRenew = async cancellationToken =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidOperationException("a client's own exception for a cancelled call");
        };
        _receiver.Deliver("1");
        await app.Clock.Pass(wait => wait == TimeSpan.FromSeconds(20));
        await Wait.Until(() => _store.Renewals == 1);
        gate.SetResult();

        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(1, _handled);
        Assert.Contains("complete orders/1", _store.Calls);
    }

    [Fact]
    public async Task Store_that_cannot_claim_sends_the_message_back_unhandled()
    {
        await using var app = await Start();
        _store.OnClaim = () => throw new InvalidOperationException("the store is away");
        Assert.Equal("nack", await Deliver());
        Assert.Equal(0, _handled);
        _store.OnClaim = null;
        Assert.Equal("ack", await Deliver());
    }

    [Fact]
    public async Task Completion_is_tried_a_few_times()
    {
        await using var app = await Start();
        var calls = 0;
        _store.OnComplete = _ => ++calls < 3 ? throw new InvalidOperationException("the store is away") : default;
        _receiver.Deliver("1");
        await app.Clock.Pass(wait => wait == TimeSpan.FromMilliseconds(200));
        await Wait.Until(() => calls == 2);
        await app.Clock.Pass(wait => wait == TimeSpan.FromMilliseconds(200));
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(3, calls);
        Assert.Contains("orders/1", _store.Completed);
    }

    [Fact]
    public async Task Message_whose_completion_cannot_be_recorded_is_acknowledged_and_that_is_told()
    {
        await using var app = await Start();
        _store.OnComplete = _ => throw new InvalidOperationException("the store is away");
        _receiver.Deliver("1");
        await app.Clock.PassUntil(Wait.Until(() => _receiver.Acked.Any()));
        Assert.True(app.Log.Has(LogLevel.Error, "another copy of it may be handled again"));
    }

    [Fact]
    public async Task Completion_that_hangs_is_given_up()
    {
        await using var app = await Start();
        _store.OnComplete = async cancellationToken => await Task.Delay(Timeout.Infinite, cancellationToken);
        _receiver.Deliver("1");
        await app.Clock.PassUntil(Wait.Until(() => _receiver.Acked.Any()));
        Assert.True(app.Log.Has(LogLevel.Error, "could not be recorded"));
    }

    [Fact]
    public async Task Claim_that_cannot_be_released_expires_and_the_message_has_failed_all_the_same()
    {
        var failures = new ConcurrentQueue<Exception>();
        await using var app = await Start(failures: failures);
        _store.OnRelease = _ => throw new InvalidOperationException("the store is away");
        _handle = _ => throw new FormatException("the handler's own");
        _receiver.Deliver("1");
        await app.Clock.PassUntil(Wait.Until(() => _receiver.Returned.Any()));
        Assert.IsType<FormatException>(Assert.Single(failures));
    }

    [Fact]
    public async Task Completion_is_not_cancelled_by_the_stop()
    {
        await using var app = await Start();
        var (gate, completing) = (new TaskCompletionSource(), new TaskCompletionSource<CancellationToken>());
        _store.OnComplete = async cancellationToken =>
        {
            completing.SetResult(cancellationToken);
            await gate.Task;
        };
        _receiver.Deliver("1");
        var token = await Wait.For(completing.Task);
        var stop = app.Runtime.StopAsync(new CancellationToken(canceled: true));
        Assert.False(token.IsCancellationRequested);
        gate.SetResult();
        await Wait.For(stop);
        Assert.Equal(["1"], _receiver.Acked);
        Assert.Contains("orders/1", _store.Completed);
    }

    [Fact]
    public async Task Cancelled_handler_releases_its_claim()
    {
        await using var app = await Start();
        await HangUntilCancelled(app);
        await Wait.For(app.Runtime.StopAsync(new CancellationToken(canceled: true)));
        Assert.Equal(["claim orders/1", "release orders/1"], _store.Calls);
        Assert.Equal(["1"], _receiver.Returned);
    }

    [Fact]
    public async Task Registered_store_is_used_and_without_one_there_is_one_in_memory()
    {
        await using var app = await App.Start(
            kit => kit.Consume(_ => new FakeSource("orders", _receiver)).UseIdempotency().Handle<string>("test", (_, _, _) => default),
            services => services.AddSingleton<IIdempotencyStore>(_store));
        await Deliver();
        Assert.Equal(["claim orders/1", "complete orders/1"], _store.Calls);

        await using var other = new App(kit => kit.Consume(_ => new FakeSource("orders", _receiver)).UseIdempotency().Handle<string>("test", (_, _, _) => default));
        Assert.IsType<InMemoryIdempotencyStore>(other.Services.GetRequiredService<IIdempotencyStore>());
    }

    private async Task<CancellationToken> HangUntilCancelled(App app)
    {
        var started = new TaskCompletionSource<CancellationToken>();
        _handle = async context =>
        {
            started.SetResult(context.CancellationToken);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        _receiver.Deliver("1");
        return await Wait.For(started.Task);
    }

    private static ReceivedEnvelope WithTransaction(string id, string transaction)
    {
        var message = FakeReceiver.Message(id);
        message.Headers.Set("transaction", transaction);
        return message;
    }

    private Task<string> Deliver() => Deliver(FakeReceiver.Message("1"));

    private async Task<string> Deliver(ReceivedEnvelope envelope)
    {
        var before = _receiver.Settlements.Count;
        _receiver.Deliver(envelope);
        await Wait.Until(() => _receiver.Settlements.Count > before);
        return _receiver.Settlements[before].IsAck ? "ack" : "nack";
    }

    private Task<App> Start(Action<IdempotencyOptions>? configure = null, ConcurrentQueue<Exception>? failures = null, Action<IServiceCollection>? services = null)
    {
        return App.Start(
            kit => kit.Consume(_ => new FakeSource("orders", _receiver))
                .Use(NoteFailure)
                .UseIdempotency(options =>
                {
                    options.Store = _store;
                    configure?.Invoke(options);
                })
                .Handle<string>("test", (_, context, _) =>
                {
                    Interlocked.Increment(ref _handled);
                    return _handle(context);
                }),
            services);

        async ValueTask NoteFailure(ConsumeContext context, MessageDelegate<ConsumeContext> next)
        {
            try
            {
                await next(context);
            }
            catch (Exception exception)
            {
                failures?.Enqueue(exception);
                throw;
            }
        }
    }

    /// <summary>A store that keeps nothing but what the tests need, and does what they say.</summary>
    private sealed class Store : IIdempotencyStore
    {
        private readonly InMemoryIdempotencyStore _inner = new();
        private int _renewals, _renewed;

        public ConcurrentQueue<string> Calls { get; } = new();

        public ConcurrentQueue<string> Completed { get; } = new();

        /// <summary>Renewals that have begun.</summary>
        public int Renewals => Volatile.Read(ref _renewals);

        /// <summary>Renewals that have ended.</summary>
        public int Renewed => Volatile.Read(ref _renewed);

        public Action? OnClaim { get; set; }

        public Func<CancellationToken, ValueTask<bool>>? OnRenew { get; set; }

        public Func<CancellationToken, ValueTask>? OnComplete { get; set; }

        public Func<CancellationToken, ValueTask>? OnRelease { get; set; }

        public async ValueTask<IdempotencyClaim> ClaimAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
        {
            Calls.Enqueue($"claim {key}");
            OnClaim?.Invoke();
            var claim = await _inner.ClaimAsync(key, lease, cancellationToken);

            // The tests' clock stands still; what is left of a claim is all of it.
            return claim.State == IdempotencyState.InProgress ? IdempotencyClaim.InProgress(lease) : claim;
        }

        public async ValueTask<bool> RenewAsync(string key, string token, TimeSpan lease, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _renewals);
            try
            {
                return OnRenew is null || await OnRenew(cancellationToken);
            }
            finally
            {
                Interlocked.Increment(ref _renewed);
            }
        }

        public async ValueTask CompleteAsync(string key, string token, TimeSpan retention, CancellationToken cancellationToken)
        {
            Calls.Enqueue($"complete {key}");
            if (OnComplete is not null)
            {
                await OnComplete(cancellationToken);
            }

            Completed.Enqueue(key);
            await _inner.CompleteAsync(key, token, retention, cancellationToken);
        }

        public async ValueTask ReleaseAsync(string key, string token, CancellationToken cancellationToken)
        {
            Calls.Enqueue($"release {key}");
            if (OnRelease is not null)
            {
                await OnRelease(cancellationToken);
            }

            await _inner.ReleaseAsync(key, token, cancellationToken);
        }
    }

    private sealed class Observer : IMessageObserver
    {
        public ConcurrentQueue<string> Duplicates { get; } = new();

        public void DuplicateSuppressed(ConsumeContext context) => Duplicates.Enqueue(context.MessageId);
    }
}
