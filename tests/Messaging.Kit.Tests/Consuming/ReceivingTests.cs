using System.Collections.Concurrent;
using System.Diagnostics;
using Messaging.Kit.Consuming;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>The receive loops: they never die, they back off, and they say so.</summary>
public sealed class ReceivingTests
{
    private readonly FakeReceiver _receiver = new();

    [Fact]
    public async Task Source_that_fails_is_tried_again_for_ever_at_growing_intervals()
    {
        var failures = 0;
        _receiver.OnReceive = _ => throw new TransportException(FailureKind.NotFound, $"failure {++failures}");
        await using var pump = Pump.Start(_receiver);
        var waits = new List<double>();
        for (var round = 1; round <= 30; round++)
        {
            await Wait.Until(() => Volatile.Read(ref failures) == round);
            waits.Add((await pump.Clock.Pass()).TotalSeconds);
        }

        for (var index = 0; index < waits.Count; index++)
        {
            var full = Math.Min(0.5 * Math.Pow(2, index), 30);
            Assert.InRange(waits[index], full / 2, full);
        }
    }

    [Fact]
    public async Task Source_that_fails_is_seen_in_state_failure_and_log_until_it_answers()
    {
        var fails = true;
        _receiver.OnReceive = _ => fails ? throw new TransportException(FailureKind.Denied, "no permission") : default;
        await using var pump = Pump.Start(_receiver);
        await Wait.Until(() => pump.Consumer.State == ConsumerState.Reconnecting);
        Assert.Equal("no permission", pump.Consumer.LastFailure?.Message);
        Assert.True(pump.Log.Has(LogLevel.Error, "pump cannot receive from fake:source (failure 1 in a row); trying again in"));
        Assert.False(await pump.Consumer.IsConnectedAsync(default));

        fails = false;
        _receiver.Deliver("1");
        await pump.Clock.Pass();
        (await pump.Next("1")).Succeed();
        await pump.Settled();
        Assert.Equal(ConsumerState.Consuming, pump.Consumer.State);
        Assert.Null(pump.Consumer.LastFailure);
        Assert.True(await pump.Consumer.IsConnectedAsync(default));
        Assert.True(pump.Log.Has(LogLevel.Information, "pump receives from fake:source again."));
    }

    [Fact]
    public async Task Intervals_begin_anew_after_an_answer()
    {
        var fails = true;
        var failures = 0;
        _receiver.OnReceive = _ => Volatile.Read(ref fails) ? throw new TransportException(FailureKind.Transient, $"{++failures}") : default;
        await using var pump = Pump.Start(_receiver);
        for (var round = 1; round <= 5; round++)
        {
            await Wait.Until(() => Volatile.Read(ref failures) == round);
            await pump.Clock.Wait();
            Volatile.Write(ref fails, round < 5);
            await pump.Clock.Pass();
        }

        Volatile.Write(ref fails, true);
        _receiver.Deliver("1");
        (await pump.Next()).Succeed();
        Assert.InRange((await pump.Clock.Pass()).TotalSeconds, 0.25, 0.5);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(NullReferenceException))]
    public async Task No_exception_ends_the_loop(Type type)
    {
        var failures = 0;
        _receiver.OnReceive = _ => ++failures < 4 ? throw (Exception)Activator.CreateInstance(type)! : default;
        await using var pump = Pump.Start(_receiver);
        for (var round = 1; round < 4; round++)
        {
            await Wait.Until(() => Volatile.Read(ref failures) == round);
            await pump.Clock.Pass();
        }

        _receiver.Deliver("1");
        (await pump.Next("1")).Succeed();
        await pump.Settled();
        Assert.False(pump.Consumer.HasDied);
    }

    [Fact]
    public async Task Failed_receives_leave_no_room_behind()
    {
        var failures = 0;
        _receiver.OnReceive = _ => ++failures % 2 == 1 ? throw new TransportException(FailureKind.Transient, "every second") : default;
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (10, 10));
        for (var round = 0; round < 20; round++)
        {
            await Wait.Until(() => pump.Clock.Waits.Count > 0);
            await pump.Clock.Pass();
            _receiver.Deliver([.. Enumerable.Range(0, 10).Select(number => $"{round}-{number}")]);
            foreach (var handling in (await pump.Next(10)).Values)
            {
                handling.Succeed();
            }

            await pump.Settled();
        }

        Assert.Equal(200, _receiver.Acked.Count());
    }

    [Fact]
    public async Task Stop_does_not_wait_for_the_next_try()
    {
        _receiver.OnReceive = _ => throw new TransportException(FailureKind.Transient, "away");
        await using var pump = Pump.Start(_receiver);
        await pump.Clock.Wait();
        await pump.Stop();
        Assert.Equal(ConsumerState.Stopped, pump.Consumer.State);
    }

    [Fact]
    public async Task Idle_source_costs_one_receive_whatever_is_allowed()
    {
        await using var pump = Pump.Start(_receiver, options => options.Receivers = 4);
        await Wait.Until(() => _receiver.Receiving == 1);
        _receiver.Deliver("1", "2", "3");
        foreach (var handling in (await pump.Next(3)).Values)
        {
            handling.Succeed();
        }

        await pump.Settled();
        await Wait.Until(() => _receiver.Receiving == 1);
        Assert.Equal(2, _receiver.ReceiveCalls.Count);
    }

    [Fact]
    public async Task Further_receivers_join_while_calls_come_back_full()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch, options.Receivers) = (100, 100, 3));
        await Wait.Until(() => _receiver.Receiving == 1);
        _receiver.Deliver([.. Enumerable.Range(0, 40).Select(number => $"{number}")]);
        await pump.Next(40);

        await Wait.Until(() => _receiver.Receiving >= 2);
        Assert.InRange(_receiver.Receiving, 2, 3);
    }

    [Fact]
    public async Task Backlog_answers_for_a_source_whose_first_poll_lasts()
    {
        var receiver = new FakeReceiver();
        await using var pump = Pump.Start(receiver);
        await Wait.Until(() => receiver.Receiving == 1);
        Assert.False(await pump.Consumer.IsConnectedAsync(default));
        Assert.Null(await pump.Consumer.GetBacklogAsync(default));
    }

    [Fact]
    public async Task Source_that_does_not_wait_for_messages_is_not_asked_without_pause()
    {
        _receiver.IsShortPoll = true;
        await using var pump = Pump.Start(_receiver);
        for (var round = 1; round <= 5; round++)
        {
            Assert.Equal(TimeSpan.FromMilliseconds(100), await pump.Clock.Wait());
            Assert.Equal(round, _receiver.ReceiveCalls.Count);
            pump.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Wait.Until(() => _receiver.ReceiveCalls.Count > round);
        }

        _receiver.Deliver("1");
        await pump.Clock.Pass();
        (await pump.Next("1")).Succeed();
        await pump.Settled();
        await pump.Stop();
        Assert.Equal(["1"], _receiver.Acked);
    }

    [Fact]
    public async Task Loops_do_not_live_in_the_context_of_who_started_them()
    {
        var ambient = new AsyncLocal<string?>();
        var seen = new ConcurrentQueue<string>();
        var receiver = new LeasingReceiver { LeaseDuration = TimeSpan.FromSeconds(4) };
        receiver.OnReceive = _ => See("receive");
        receiver.OnRenew = (_, _) => See("renew");
        receiver.OnSettle = (_, _) => See("settle");
        ambient.Value = "of the start";
        using var activity = new Activity("of the start").Start();
        await using var app = await App.Start(
            kit => kit.Consume(_ => new FakeSource("in", receiver)).HandleRaw(async (_, cancellationToken) =>
            {
                await See("handle");
                await Wait.Until(() => !receiver.Renewals.IsEmpty);
            }),
            time: TimeProvider.System);
        receiver.Deliver("1");
        await Wait.Until(() => receiver.Acked.Any());

        Assert.Equal(["handle ", "receive ", "renew ", "settle "], seen.Distinct().Order());
        Assert.Same(activity, Activity.Current);

        ValueTask See(string what)
        {
            seen.Enqueue($"{what} {ambient.Value}{Activity.Current?.OperationName}");
            return default;
        }
    }

    [Fact]
    public async Task Consumer_starts_where_the_context_does_not_flow()
    {
        await using var pump = new Pump(_receiver);
        using (ExecutionContext.SuppressFlow())
        {
            pump.Consumer.Start();
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        _receiver.Deliver("1");
        (await pump.Next("1")).Succeed();
        await pump.Settled();
        Assert.Equal(["1"], _receiver.Acked);
    }

    [Fact]
    public async Task Consumer_is_dead_when_one_of_its_loops_is()
    {
        // The others join only when it asks for them.
        _receiver.OnReceive = _ => throw new TransportException(FailureKind.Transient, "away");
        await using var pump = new Pump(_receiver, options => options.Receivers = 4);
        pump.Log.OnLine = line =>
        {
            if (line.Contains("cannot receive", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("the disk is full");
            }
        };
        Assert.False(pump.Consumer.HasDied);
        pump.Consumer.Start();

        await Wait.Until(() => pump.Consumer.HasDied);
        await pump.Stop();
        Assert.False(pump.Consumer.HasDied);
    }

    [Fact]
    public async Task Consumer_is_dead_when_one_of_its_workers_is()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        (await pump.Next()).Succeed();
        await pump.Settled();
        Assert.False(pump.Consumer.HasDied);
        pump.Log.OnLine = _ => throw new InvalidOperationException("the disk is full");
        _receiver.Deliver("2");
        (await pump.Next()).Fail();

        await Wait.Until(() => pump.Consumer.HasDied);
        pump.Log.OnLine = null;
    }
}
