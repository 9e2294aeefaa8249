using System.Collections.Concurrent;
using Messaging.Kit.Consuming;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>A stop finishes or returns all that is held, and ends whatever does not react.</summary>
public sealed class StoppingTests
{
    private static readonly CancellationToken Now = new(canceled: true);

    private readonly FakeReceiver _receiver = new();

    [Fact]
    public async Task Stop_finishes_what_is_in_hand_and_returns_what_waits()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (2, 10));
        _receiver.Deliver("1", "2", "3", "4", "5");
        var inHand = await pump.Next(2);
        var stop = pump.Consumer.StopAsync(CancellationToken.None);
        await Wait.Until(() => _receiver.Returned.Count() == 3);
        Assert.Equal(ConsumerState.Stopping, pump.Consumer.State);
        Assert.False(stop.IsCompleted);
        Assert.False(_receiver.IsDisposed);
        inHand["1"].Succeed();
        inHand["2"].Fail();

        await Wait.For(stop);
        Assert.True(_receiver.IsDisposed, "It has left the source: others get on before the host is disposed of.");
        Assert.Equal(ConsumerState.Stopped, pump.Consumer.State);
        Assert.Equal(["1"], _receiver.Acked);
        Assert.Equal(["2", "3", "4", "5"], _receiver.Returned.Order());
        Assert.Equal(0, pump.Consumer.InFlight);
        pump.AssertNone();
    }

    [Fact]
    public async Task Nothing_is_received_after_the_stop_has_begun()
    {
        await using var pump = Pump.Start(_receiver);
        await Wait.Until(() => _receiver.Receiving == 1);
        await pump.Stop();
        _receiver.Deliver("1");

        Assert.Equal((0, 1), (_receiver.Receiving, _receiver.Waiting));
    }

    [Fact]
    public async Task Messages_behind_one_in_hand_go_back_in_order_and_the_rest_of_the_lane_is_not_handled()
    {
        _receiver.Features = TransportFeatures.Ordering;
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (1, 10));
        _receiver.Deliver([.. new[] { "a1", "a2", "a3", "b1", "b2" }.Select(id => FakeReceiver.Message(id, id[..1]))]);
        var head = await pump.Next("a1");
        var stop = pump.Consumer.StopAsync(CancellationToken.None);
        await Wait.Until(() => _receiver.Returned.Count() == 4);
        head.Succeed();

        await Wait.For(stop);
        Assert.Equal(["a3", "a2"], _receiver.Returned.Where(id => id[0] == 'a'));
        Assert.Equal(["b2", "b1"], _receiver.Returned.Where(id => id[0] == 'b'));
        Assert.Equal(["a1"], _receiver.Acked);
        pump.AssertNone();
    }

    [Fact]
    public async Task Failed_head_goes_back_alone_after_its_tail_has_gone_back_for_the_stop()
    {
        _receiver.Features = TransportFeatures.Ordering;
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver(FakeReceiver.Message("a1", "a"), FakeReceiver.Message("a2", "a"));
        var head = await pump.Next("a1");
        var stop = pump.Consumer.StopAsync(CancellationToken.None);
        await Wait.Until(() => _receiver.Returned.Any());
        head.Fail();

        await Wait.For(stop);
        Assert.Equal(["a2", "a1"], _receiver.Returned);
    }

    [Fact]
    public async Task Deadline_cancels_handlers_and_what_they_let_go_of_goes_back_at_once()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = (await pump.Next()).Obey();
        handling.Context.RedeliverAfter = TimeSpan.FromHours(1);
        using var deadline = new CancellationTokenSource();
        var stop = pump.Consumer.StopAsync(deadline.Token);
        Assert.False(handling.CancellationToken.IsCancellationRequested);
        await deadline.CancelAsync();

        await Wait.For(stop);
        Assert.Equal(["nack 1"], _receiver.Settlements.Select(settled => settled.ToString()));
        Assert.True(pump.Log.Has(LogLevel.Warning, "has 1 messages in hand at the deadline"));
        Assert.True(pump.Log.Has(LogLevel.Information, "was cancelled for the stop"));
    }

    [Fact]
    public async Task Handler_that_ignores_cancellation_does_not_hold_the_stop()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        var stop = pump.Consumer.StopAsync(Now);
        await Wait.Until(() => handling.CancellationToken.IsCancellationRequested);
        await pump.Clock.PassUntil(stop);

        Assert.True(pump.Log.Has(LogLevel.Error, "stops while 1 handlers do not react"));
        Assert.Empty(_receiver.Settlements);

        // It may end at any time later, and nothing happens.
        handling.Succeed();
        await Wait.Until(() => pump.Log.Has(LogLevel.Warning, "could not be acknowledged"));
    }

    [Fact]
    public async Task Handler_that_finishes_at_the_last_moment_is_acknowledged()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        var stop = pump.Consumer.StopAsync(Now);
        await Wait.Until(() => handling.CancellationToken.IsCancellationRequested);
        handling.Succeed();

        await Wait.For(stop);
        Assert.Equal(["1"], _receiver.Acked);
    }

    [Fact]
    public async Task Settlement_that_hangs_does_not_hold_the_stop()
    {
        _receiver.OnSettle = async (_, cancellationToken) => await Task.Delay(Timeout.Infinite, cancellationToken);
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (1, 10));
        _receiver.Deliver("1", "2", "3");
        var handling = await pump.Next();
        var stop = pump.Consumer.StopAsync(CancellationToken.None);
        await Wait.Until(() => !_receiver.SettleCalls.IsEmpty);
        handling.Succeed();
        await pump.Clock.PassUntil(stop);

        await pump.Settled();
        Assert.True(pump.Log.Has(LogLevel.Warning, "could not be returned"));
    }

    [Fact]
    public async Task Settlement_that_ignores_its_cancellation_does_not_hold_the_stop_either()
    {
        var never = new TaskCompletionSource();
        _receiver.OnSettle = (_, _) => new(never.Task);
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        (await pump.Next()).Succeed();
        await Wait.Until(() => _receiver.SettleCalls.Count == 1);

        await pump.Clock.PassUntil(pump.Consumer.StopAsync(Now));
        never.SetResult();
        await pump.Settled();
    }

    [Fact]
    public async Task Receive_that_ignores_its_cancellation_does_not_hold_the_stop_and_brings_nothing()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnReceive = _ => new(gate.Task);
        await using var pump = Pump.Start(_receiver);
        await Wait.Until(() => _receiver.Receiving == 1);
        await pump.Clock.PassUntil(pump.Consumer.StopAsync(CancellationToken.None));
        Assert.True(pump.Log.Has(LogLevel.Error, "a receive from fake:source does not react"));

        _receiver.Deliver("1");
        gate.SetResult();
        await Wait.Until(() => _receiver.Receiving == 0);
        Assert.Equal(0, pump.Consumer.InFlight);
        pump.AssertNone();
    }

    [Fact]
    public async Task Receive_that_ends_its_cancelled_wait_with_another_exception_is_no_fault()
    {
        _receiver.OnReceive = async cancellationToken =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new TransportException(FailureKind.Transient, "the connection was closed");
        };
        await using var pump = Pump.Start(_receiver);
        await Wait.Until(() => _receiver.Receiving == 1);
        await pump.Stop();

        Assert.DoesNotContain(pump.Log.Lines, line => line.Level >= LogLevel.Warning);
        Assert.Null(pump.Consumer.LastFailure);
    }

    [Fact]
    public async Task Messages_that_come_while_the_stop_begins_are_handled_or_returned()
    {
        for (var round = 0; round < 200; round++)
        {
            var receiver = new FakeReceiver();
            await using var pump = Pump.Start(receiver, options => (options.Concurrency, options.Receivers) = (4, 4), pipeline: _ => default);
            var delivering = Task.Run(() => receiver.Deliver([.. Enumerable.Range(0, 20).Select(number => $"{number}")]), Wait.Stop);
            if (round % 2 == 0)
            {
                await Task.Yield();
            }

            await pump.Stop();
            await Wait.For(delivering);
            Assert.Equal(20, receiver.Waiting + receiver.Settlements.Count);
            Assert.Equal(0, pump.Consumer.InFlight);
        }
    }

    [Fact]
    public async Task Handler_of_a_message_that_comes_after_all_were_idle_in_the_stop_is_awaited()
    {
        // Two receives that do not react to the stop: what the one brings is in hand while the other still holds the stop up.
        var gates = new ConcurrentQueue<TaskCompletionSource>();
        _receiver.Limits = new(BatchCount: 1, BatchBytes: int.MaxValue, MessageBytes: int.MaxValue);
        _receiver.OnReceive = _ =>
        {
            var gate = new TaskCompletionSource();
            gates.Enqueue(gate);
            return new(gate.Task);
        };
        await using var pump = Pump.Start(_receiver, options => (options.Receivers, options.Concurrency, options.Prefetch) = (2, 1, 10));
        _receiver.Deliver("1", "2");
        (await Gate()).SetResult();
        var first = await pump.Next("1");
        var (one, other) = (await Gate(), await Gate());
        var stop = pump.Consumer.StopAsync(CancellationToken.None);
        first.Succeed();
        await Wait.Until(() => pump.Consumer is { InFlight: 0, Handling: 0 });
        one.SetResult();
        var second = await pump.Next("2");
        other.SetException(new TransportException(FailureKind.Transient, "it ends"));
        await Wait.Until(() => _receiver.Receiving == 0);
        await Task.Delay(50, Wait.Stop);
        Assert.False(stop.IsCompleted);
        second.Succeed();

        await Wait.For(stop);
        Assert.Equal(["1", "2"], _receiver.Acked);

        async Task<TaskCompletionSource> Gate()
        {
            TaskCompletionSource? gate = null;
            await Wait.Until(() => gates.TryDequeue(out gate));
            return gate!;
        }
    }

    [Fact]
    public async Task Lanes_that_are_worked_off_while_the_stop_begins_lose_nothing()
    {
        for (var round = 0; round < 200; round++)
        {
            var receiver = new FakeReceiver { Features = TransportFeatures.Ordering };
            await using var pump = Pump.Start(receiver, options => (options.Concurrency, options.Prefetch) = (4, 60), pipeline: _ => default);
            receiver.Deliver([.. Enumerable.Range(0, 60).Select(number => FakeReceiver.Message($"{number:00}", $"{number % 3}"))]);
            await Wait.Until(() => receiver.Settlements.Count >= round % 30);
            await pump.Stop();

            Assert.Equal(60, receiver.Waiting + receiver.Settlements.Count);
            Assert.Equal(0, pump.Consumer.InFlight);
        }
    }

    [Fact]
    public async Task Consumer_that_was_never_started_stops_and_ends()
    {
        await using var pump = new Pump(_receiver);
        Assert.Equal(ConsumerState.Created, pump.Consumer.State);
        await pump.Stop();
        Assert.Equal(ConsumerState.Stopped, pump.Consumer.State);
    }

    [Fact]
    public async Task Stopping_and_ending_twice_is_fine()
    {
        var pump = Pump.Start(new LeasingReceiver());
        await pump.Stop();
        await pump.Stop();
        await pump.DisposeAsync();
        await pump.DisposeAsync();
        await pump.Stop();
        Assert.True(pump.Receiver.IsDisposed);
    }

    [Fact]
    public async Task Ending_without_a_stop_returns_what_is_held()
    {
        var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (1, 10));
        _receiver.Deliver("1", "2");
        (await pump.Next("1")).Obey();
        await pump.DisposeAsync();

        Assert.Equal(["1", "2"], _receiver.Returned.Order());
        Assert.True(_receiver.IsDisposed);
    }
}
