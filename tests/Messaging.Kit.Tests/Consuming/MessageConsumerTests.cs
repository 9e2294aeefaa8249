using Messaging.Kit.Consuming;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>What the consumer holds, hands out and settles.</summary>
public sealed class MessageConsumerTests
{
    private readonly FakeReceiver _receiver = new();

    [Fact]
    public async Task Handled_message_is_acknowledged()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next("1");
        Assert.Empty(_receiver.Settlements);
        Assert.Equal((1, 1), (pump.Consumer.InFlight, pump.Consumer.Handling));
        handling.Succeed();

        await pump.Settled();
        Assert.Equal(["ack 1"], _receiver.Settlements.Select(settled => settled.ToString()));
        Assert.Equal(0, pump.Consumer.Handling);
    }

    [Fact]
    public async Task Failed_message_goes_back()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        handling.Context.RedeliverAfter = TimeSpan.FromSeconds(7);
        handling.Fail();

        await pump.Settled();
        Assert.Equal(["nack 1 00:00:07"], _receiver.Settlements.Select(settled => settled.ToString()));
        Assert.True(pump.Log.Has(LogLevel.Warning, "Message 1 of pump failed at delivery 1; it comes again in 00:00:07."));
    }

    [Fact]
    public async Task Failure_that_no_policy_has_seen_does_not_come_back_at_once()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver(FakeReceiver.Message("1", deliveryCount: 3));
        (await pump.Next()).Fail();

        await pump.Settled();
        Assert.InRange(Assert.Single(_receiver.Settlements).RedeliverAfter.TotalSeconds, 2, 4);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task Delay_that_makes_no_sense_is_none_and_harms_no_worker(long ticks)
    {
        await using var pump = Pump.Start(_receiver, options => options.Concurrency = 1);
        for (var round = 0; round < 3; round++)
        {
            _receiver.Deliver($"{round}");
            var handling = await pump.Next();
            handling.Context.RedeliverAfter = TimeSpan.FromTicks(ticks);
            handling.Fail();
            await pump.Settled();
        }

        Assert.Equal(["nack 0", "nack 1", "nack 2"], _receiver.Settlements.Select(settled => settled.ToString()));
    }

    [Fact]
    public async Task Message_that_is_handled_elsewhere_comes_again_when_it_said()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        (await pump.Next()).Fail(new MessageInProgressException(TimeSpan.FromSeconds(9)));

        await pump.Settled();
        Assert.Equal(["nack 1 00:00:09"], _receiver.Settlements.Select(settled => settled.ToString()));
        Assert.DoesNotContain(pump.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Handler_s_own_time_out_is_a_failure_like_any_other()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        (await pump.Next()).Fail(new TaskCanceledException("the handler's own"));

        await pump.Settled();
        Assert.Equal(["1"], _receiver.Returned);
        Assert.True(pump.Log.Has(LogLevel.Warning, "Message 1 of pump failed"));
    }

    [Fact]
    public async Task Pipeline_that_throws_instead_of_returning_fails_the_message()
    {
        await using var pump = Pump.Start(_receiver, pipeline: _ => throw new InvalidOperationException("at once"));
        _receiver.Deliver("1", "2");

        await Wait.Until(() => _receiver.Returned.Count() == 2);
    }

    [Fact]
    public async Task Never_more_messages_are_handled_at_once_than_allowed()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (3, 50));
        _receiver.Deliver([.. Enumerable.Range(0, 100).Select(number => $"{number}")]);
        for (var round = 0; round < 100; round++)
        {
            (await pump.Next()).Succeed();
        }

        await pump.Settled();
        Assert.Equal(100, _receiver.Acked.Count());
        Assert.InRange(pump.MostAtOnce, 1, 3);
    }

    [Fact]
    public async Task As_many_messages_are_handled_at_once_as_allowed()
    {
        await using var pump = Pump.Start(_receiver, options => options.Concurrency = 7);
        _receiver.Deliver([.. Enumerable.Range(0, 20).Select(number => $"{number}")]);
        var inHand = await pump.Next(7);
        await Wait.Until(() => pump.Consumer.Handling == 7);
        pump.AssertNone();
        foreach (var handling in inHand.Values)
        {
            handling.Succeed();
        }

        Assert.Equal(7, (await pump.Next(7)).Count);
    }

    [Fact]
    public async Task No_more_messages_are_held_than_allowed_whatever_waits_at_the_source()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch, options.Receivers) = (2, 30, 4));
        _receiver.Deliver([.. Enumerable.Range(0, 1000).Select(number => $"{number}")]);
        await pump.Next(2);
        await Wait.Until(() => pump.Consumer.InFlight == 30);

        Assert.Equal(970, _receiver.Waiting);
        Assert.Equal(30, _receiver.ReceiveCalls.Sum());
    }

    [Fact]
    public async Task No_more_bytes_are_held_than_allowed_and_what_one_receive_brings()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch, options.PrefetchBytes, options.Receivers) = (1, 1000, 2000, 4));
        _receiver.Deliver([.. Enumerable.Range(0, 1000).Select(number => FakeReceiver.Message($"{number}", body: new byte[100]))]);
        var handling = await pump.Next();
        await Wait.Until(() => pump.Consumer.InFlight >= 20);
        for (var number = 1; number < 200; number++)
        {
            handling.Succeed();
            handling = await pump.Next();
            Assert.InRange(pump.Consumer.InFlight, 1, 30);
        }
    }

    [Fact]
    public async Task No_hand_is_idle_while_there_is_work_even_without_prefetch()
    {
        // All that is held is in hand: room for a single message must be worth a call.
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (10, 10));
        _receiver.Deliver([.. Enumerable.Range(0, 11).Select(number => $"{number}")]);
        var inHand = await pump.Next(10);
        inHand["3"].Succeed();

        await pump.Next("10");
    }

    /// <summary>A full call, unless hands would find nothing to do while it lasts.</summary>
    [Theory]
    [InlineData(20, 10)]
    [InlineData(15, 5)]
    [InlineData(9, 2)]
    public async Task Room_for_a_full_batch_is_worth_a_call_if_hands_do_not_lack_work_for_it(int prefetch, int worth)
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (5, prefetch));
        _receiver.Deliver([.. Enumerable.Range(0, prefetch).Select(number => $"{number}")]);
        await Wait.Until(() => pump.Consumer.InFlight == prefetch);
        var calls = _receiver.ReceiveCalls.Count;
        for (var left = prefetch; left > prefetch - worth + 1; left--)
        {
            (await pump.Next()).Succeed();
            await Wait.Until(() => pump.Consumer.InFlight == left - 1);
        }

        Assert.Equal(calls, _receiver.ReceiveCalls.Count);
        (await pump.Next()).Succeed();
        await Wait.Until(() => _receiver.ReceiveCalls.Count == calls + 1);
        Assert.Equal(worth, _receiver.ReceiveCalls.Last());
    }

    [Fact]
    public async Task Settlements_share_calls()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnSettle = (_, _) => new(gate.Task);
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (100, 100));
        _receiver.Deliver([.. Enumerable.Range(0, 100).Select(number => $"{number}")]);
        foreach (var handling in (await pump.Next(100)).Values)
        {
            handling.Succeed();
        }

        await Wait.Until(() => pump.Consumer.Handling == 0);
        Assert.Equal(100, pump.Consumer.InFlight);
        gate.SetResult();
        await pump.Settled();
        Assert.Equal(100, _receiver.Acked.Distinct().Count());

        // Four calls may have left with little; what waited behind them filled the rest.
        Assert.InRange(_receiver.SettleCalls.Count, 10, 14);
        Assert.All(_receiver.SettleCalls, count => Assert.InRange(count, 1, 10));
    }

    [Fact]
    public async Task Worker_takes_the_next_message_while_the_last_is_being_acknowledged()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnSettle = (_, _) => new(gate.Task);
        await using var pump = Pump.Start(_receiver, options => options.Concurrency = 1);
        _receiver.Deliver("1", "2");
        (await pump.Next("1")).Succeed();
        (await pump.Next("2")).Succeed();
        gate.SetResult();

        await pump.Settled();
    }

    [Fact]
    public async Task Settlement_that_fails_in_passing_is_tried_again()
    {
        var calls = 0;
        _receiver.OnSettle = (batch, _) =>
        {
            if (calls++ == 0)
            {
                batch.Fail(0, new TransportException(FailureKind.Transient, "once"));
            }

            return default;
        };
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        (await pump.Next()).Succeed();
        await pump.Clock.Pass(wait => wait < TimeSpan.FromSeconds(1));

        await pump.Settled();
        Assert.Equal(["1"], _receiver.Acked);
    }

    [Fact]
    public async Task Settlement_that_fails_for_good_is_logged_and_given_up()
    {
        _receiver.OnSettle = (batch, _) =>
        {
            batch.Fail(0, new TransportException(FailureKind.NotFound, "the lease is over"));
            return default;
        };
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        (await pump.Next()).Succeed();
        await pump.Settled();
        _receiver.Deliver("2");
        (await pump.Next()).Fail();
        await pump.Settled();

        Assert.True(pump.Log.Has(LogLevel.Warning, "Message 1 of pump could not be acknowledged; it comes again when its lease ends."));
        Assert.True(pump.Log.Has(LogLevel.Warning, "Message 2 of pump could not be returned; it comes again when its lease ends."));
    }

    [Fact]
    public async Task Observers_are_told_what_becomes_of_messages_and_cannot_harm_them()
    {
        var observer = new Observer();
        await using var pump = Pump.Start(_receiver, options => options.Concurrency = 1, null, new ThrowingObserver(), observer);
        _receiver.Deliver("1", "2", "3");
        (await pump.Next("1")).Succeed();
        (await pump.Next("2")).Fail();
        (await pump.Next("3")).Succeed();

        await pump.Settled();
        Assert.Equal(["acknowledged 1", "acknowledged 3", "returned 2: scripted"], observer.Told.Order());
    }

    [Fact]
    public async Task Paused_consumer_handles_what_it_holds_and_receives_nothing_until_it_is_resumed()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (1, 10));
        _receiver.Deliver("1", "2");
        var first = await pump.Next("1");
        await Wait.Until(() => _receiver.Receiving == 1 && pump.Consumer.InFlight == 2);
        pump.Consumer.Pause();
        Assert.Equal(ConsumerState.Paused, pump.Consumer.State);
        first.Succeed();
        (await pump.Next("2")).Succeed();
        await pump.Settled();

        // The call that was waiting already may bring messages; the next does not come.
        _receiver.Deliver("3");
        (await pump.Next("3")).Succeed();
        await pump.Settled();
        _receiver.Deliver("4");
        await Wait.Until(() => _receiver.Receiving == 0);
        Assert.Equal(1, _receiver.Waiting);

        pump.Consumer.Resume();
        Assert.Equal(ConsumerState.Consuming, pump.Consumer.State);
        (await pump.Next("4")).Succeed();
        await pump.Settled();
    }

    [Fact]
    public async Task Consumer_paused_before_its_start_receives_nothing()
    {
        await using var pump = new Pump(_receiver);
        pump.Consumer.Pause();
        pump.Consumer.Start();
        Assert.Equal(ConsumerState.Paused, pump.Consumer.State);
        _receiver.Deliver("1");
        Assert.Empty(_receiver.ReceiveCalls);

        pump.Consumer.Resume();
        (await pump.Next("1")).Succeed();
        await pump.Settled();
    }

    [Fact]
    public async Task Paused_consumer_stops()
    {
        await using var pump = Pump.Start(_receiver);
        pump.Consumer.Pause();
        await pump.Stop();
        Assert.Equal(ConsumerState.Stopped, pump.Consumer.State);
    }

    [Fact]
    public async Task Nothing_of_one_message_is_seen_by_the_next()
    {
        var ambient = new AsyncLocal<string?>();
        var seen = new List<string?>();
        await using var pump = Pump.Start(_receiver, options => options.Concurrency = 1, context =>
        {
            seen.Add(ambient.Value);
            ambient.Value = context.MessageId;
            return context.MessageId switch
            {
                "1" => default,
                "2" => YieldAsync(),
                "3" => throw new InvalidOperationException("fails"),
                _ => AsyncAsync(),
            };
        });
        _receiver.Deliver("1", "2", "3", "4", "5");

        await Wait.Until(() => _receiver.Settlements.Count == 5);
        Assert.Equal([null, null, null, null, null], seen);

        static async ValueTask YieldAsync() => await Task.Yield();

        async ValueTask AsyncAsync()
        {
            ambient.Value = "inside";
            await Task.Yield();
            ambient.Value = "later";
        }
    }

    [Fact]
    public async Task Token_of_a_message_is_not_cancelled_by_what_happened_to_another()
    {
        var receiver = new LeasingReceiver();
        await using var pump = Pump.Start(receiver, options => options.Concurrency = 1);
        receiver.Deliver("1");
        var first = await pump.Next();
        receiver.OnRenew = (batch, _) =>
        {
            batch.Fail(0, new TransportException(FailureKind.NotFound, "gone"));
            return default;
        };
        await pump.Clock.Pass(wait => wait > TimeSpan.FromSeconds(10));
        await Wait.Until(() => first.CancellationToken.IsCancellationRequested);
        first.Fail(new OperationCanceledException());
        receiver.Deliver("2");
        var second = await pump.Next("2");

        Assert.False(second.CancellationToken.IsCancellationRequested);
        second.Succeed();
        await pump.Settled();
        Assert.Equal(["2"], receiver.Acked);
    }

    [Fact]
    public async Task Random_load_is_settled_to_the_last_message()
    {
        await using var pump = Pump.Start(
            _receiver,
            options => (options.Concurrency, options.Prefetch, options.Receivers) = (16, 64, 4),
            async context =>
            {
                var number = int.Parse(context.MessageId);
                if (number % 3 == 0)
                {
                    await Task.Yield();
                }

                if (number % 10 == 0)
                {
                    throw new InvalidOperationException("fails");
                }
            });
        for (var round = 0; round < 100; round++)
        {
            _receiver.Deliver([.. Enumerable.Range(round * 100, 100).Select(number => $"{number}")]);
            await Task.Yield();
        }

        await Wait.Until(() => _receiver.Settlements.Count == 10_000);
        await pump.Settled();
        Assert.Equal(9_000, _receiver.Acked.Distinct().Count());
        Assert.Equal(1_000, _receiver.Returned.Distinct().Count());
        Assert.Equal(0, pump.Consumer.Handling);
    }

    private sealed class Observer : IMessageObserver
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Told { get; } = new();

        public void Acknowledged(ConsumeContext context) => Told.Enqueue($"acknowledged {context.MessageId}");

        public void Returned(ConsumeContext context, Exception failure) => Told.Enqueue($"returned {context.MessageId}: {failure.Message}");
    }

    private sealed class ThrowingObserver : IMessageObserver
    {
        public void Acknowledged(ConsumeContext context) => throw new InvalidOperationException("an observer's bug");

        public void Returned(ConsumeContext context, Exception failure) => throw new InvalidOperationException("an observer's bug");
    }
}
