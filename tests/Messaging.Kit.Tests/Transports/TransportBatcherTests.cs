using System.Collections.Concurrent;
using System.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Transports;

public sealed class TransportBatcherTests
{
    private readonly Clock _clock = new();
    private readonly LogBook _log = new();
    private readonly Calls<string> _calls = new();
    private TransportLimits _limits = new(BatchCount: 10, BatchBytes: 1000, MessageBytes: 1000);

    [Fact]
    public async Task Entry_leaves_at_once_while_a_call_is_free()
    {
        using var batcher = Batcher(maxCalls: 2);
        var first = Add(batcher, "a");
        var firstCall = await _calls.Next();
        var second = Add(batcher, "b");
        var secondCall = await _calls.Next();

        Assert.Equal(["a"], firstCall.Items);
        Assert.Equal(["b"], secondCall.Items);
        secondCall.Succeed();
        await Wait.For(second);
        Assert.False(first.IsCompleted);
        firstCall.Succeed();
        await Wait.For(first);
    }

    [Fact]
    public async Task Entries_share_the_next_call_when_all_are_busy()
    {
        using var batcher = Batcher(maxCalls: 1);
        var first = Add(batcher, "a");
        var call = await _calls.Next();
        var others = AddMany(batcher, "b", "c", "d");
        _calls.AssertNone();
        call.Succeed();

        Assert.Equal(["b", "c", "d"], await _calls.Accept());
        await Wait.For(Task.WhenAll([first, .. others]));
    }

    [Fact]
    public async Task Further_calls_than_the_eager_ones_leave_full_or_not_at_all()
    {
        _limits = _limits with { BatchCount = 3 };
        using var batcher = Batcher(maxCalls: 2, eagerCalls: 1);
        var first = await Occupy(batcher);
        var few = AddMany(batcher, "1", "2");
        _calls.AssertNone();
        Task[] all = [.. few, .. AddMany(batcher, "3", "4")];
        var second = await _calls.Next();
        Assert.Equal(["1", "2", "3"], second.Items);

        // What is left waits for the call that takes anything, and not for the one that has to be full.
        second.Succeed();
        await Wait.For(Task.WhenAll(all[..3]));
        _calls.AssertNone();
        first.Succeed();
        Assert.Equal(["4"], await _calls.Accept());
        await Wait.For(all[3]);
    }

    [Fact]
    public async Task Entries_that_may_linger_leave_when_their_call_is_full()
    {
        _limits = _limits with { BatchCount = 3 };
        using var batcher = Lingering();
        Post(batcher, "1", "2");
        _calls.AssertNone();
        Post(batcher, "3", "4");
        Assert.Equal(["1", "2", "3"], await _calls.Accept());
        _calls.AssertNone();
        Post(batcher, "5", "6");
        Assert.Equal(["4", "5", "6"], await _calls.Accept());
    }

    [Fact]
    public async Task Entries_that_linger_in_vain_leave_after_their_time()
    {
        using var batcher = Lingering();
        Post(batcher, "1", "2");
        _clock.Advance(TimeSpan.FromMilliseconds(9));
        _calls.AssertNone();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["1", "2"], await _calls.Accept());
        Assert.Empty(_clock.Waits);
    }

    [Fact]
    public async Task Those_that_come_after_a_call_has_left_have_time_of_their_own()
    {
        _limits = _limits with { BatchCount = 3 };
        using var batcher = Lingering();
        Post(batcher, "1");
        _clock.Advance(TimeSpan.FromMilliseconds(9));
        Post(batcher, "2", "3", "4");
        Assert.Equal(["1", "2", "3"], await _calls.Accept());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _calls.AssertNone();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(["4"], await _calls.Accept());
    }

    [Fact]
    public async Task Entry_that_does_not_linger_takes_those_along_that_do()
    {
        using var batcher = Lingering();
        Post(batcher, "1", "2");
        batcher.Post("3", 1, "3", (_, failure) => Assert.Null(failure));
        Assert.Equal(["1", "2", "3"], await _calls.Accept());

        Post(batcher, "4");
        var added = Add(batcher, "5");
        Assert.Equal(["4", "5"], await _calls.Accept());
        await Wait.For(added);

        // Nothing of the hurry is left to those that come now.
        Post(batcher, "6");
        _calls.AssertNone();
    }

    [Fact]
    public async Task Flush_sends_those_that_linger_with_as_many_calls_as_they_need()
    {
        using var batcher = Lingering(eagerCalls: 4);
        Post(batcher, [.. Enumerable.Range(0, 23).Select(number => $"{number}")]);
        var (first, second) = (await _calls.Next(), await _calls.Next());
        Assert.Equal((10, 10), (first.Items.Count, second.Items.Count));
        _calls.AssertNone();

        batcher.Flush();

        Assert.Equal(["20", "21", "22"], await _calls.Accept());
        first.Succeed();
        second.Succeed();
        batcher.Flush();
        _calls.AssertNone();

        // Nothing of the hurry is left to those that come now.
        Post(batcher, "23");
        _calls.AssertNone();
    }

    [Fact]
    public async Task Stop_does_not_wait_for_those_that_linger_to_have_lingered()
    {
        using var batcher = Lingering();
        Post(batcher, "1");
        var stopping = batcher.StopAsync(CancellationToken.None);
        Assert.Equal(["1"], await _calls.Accept());
        await Wait.For(stopping);
    }

    [Fact]
    public async Task Entry_that_lingers_for_a_call_that_takes_more_than_it_did_leaves_in_time()
    {
        _limits = _limits with { BatchCount = 2 };
        using var batcher = Lingering();
        var first = Add(batcher, "0");
        Assert.Equal(["0"], await _calls.Accept());
        await Wait.For(first);
        _limits = _limits with { BatchCount = 10 };
        Post(batcher, "1", "2");
        _calls.AssertNone();
        await _clock.Pass();
        Assert.Equal(["1", "2"], await _calls.Accept());
    }

    [Fact]
    public async Task There_is_no_timer_on_an_idle_bus()
    {
        using var batcher = Batcher();
        Assert.Empty(_clock.Waits);
        var added = Add(batcher, "a");
        await _calls.Accept();
        await Wait.For(added);
        Assert.Empty(_clock.Waits);
    }

    [Fact]
    public async Task Calls_are_cut_by_count()
    {
        _limits = _limits with { BatchCount = 3 };
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "1", "2", "3", "4", "5", "6", "7");
        occupied.Succeed();

        Assert.Equal(["1", "2", "3"], await _calls.Accept());
        Assert.Equal(["4", "5", "6"], await _calls.Accept());
        Assert.Equal(["7"], await _calls.Accept());
        await Wait.For(Task.WhenAll(all));
    }

    [Fact]
    public async Task Calls_are_cut_by_bytes()
    {
        _limits = _limits with { BatchBytes = 100 };
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        Task[] all = [Add(batcher, "60", 60), Add(batcher, "40", 40), Add(batcher, "41", 41), Add(batcher, "60 again", 60), Add(batcher, "1", 1)];
        occupied.Succeed();

        Assert.Equal(["60", "40"], await _calls.Accept());
        Assert.Equal(["41"], await _calls.Accept());
        Assert.Equal(["60 again", "1"], await _calls.Accept());
        await Wait.For(Task.WhenAll(all));
    }

    [Fact]
    public async Task Entry_larger_than_a_call_goes_alone()
    {
        _limits = _limits with { BatchBytes = 100 };
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        Task[] all = [Add(batcher, "huge", 500), Add(batcher, "small", 1)];
        occupied.Succeed();

        Assert.Equal(["huge"], await _calls.Accept());
        Assert.Equal(["small"], await _calls.Accept());
        await Wait.For(Task.WhenAll(all));
    }

    [Fact]
    public async Task Limits_that_change_count_from_the_next_call_on()
    {
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "1", "2", "3");
        _limits = _limits with { BatchCount = 2 };
        occupied.Succeed();

        Assert.Equal(["1", "2"], await _calls.Accept());
        Assert.Equal(["3"], await _calls.Accept());
        await Wait.For(Task.WhenAll(all));
    }

    [Fact]
    public async Task Every_entry_has_its_own_outcome()
    {
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "a", "b", "c");
        occupied.Succeed();
        (await _calls.Next()).FailEntries(FailureKind.Permanent, 1);

        await Wait.For(all[0]);
        await Wait.For(all[2]);
        var failure = await Wait.Fails<TransportException>(all[1]);
        Assert.Equal("scripted Permanent of entry 1", failure.Message);
    }

    [Fact]
    public async Task Only_failed_entries_are_sent_again()
    {
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "a", "b", "c");
        occupied.Succeed();
        (await _calls.Next()).FailEntries(FailureKind.Transient, 0, 2);
        await Wait.For(all[1]);
        await _clock.Pass();

        Assert.Equal(["a", "c"], await _calls.Accept());
        await Wait.For(Task.WhenAll(all));
    }

    [Fact]
    public async Task New_entries_join_those_that_are_sent_again()
    {
        using var batcher = Batcher(maxCalls: 1);
        var first = Add(batcher, "a");
        (await _calls.Next()).Fail(FailureKind.Transient);
        await _clock.Wait();
        var second = Add(batcher, "b");
        _calls.AssertNone();
        await _clock.Pass();

        Assert.Equal(["a", "b"], await _calls.Accept());
        await Wait.For(Task.WhenAll(first, second));
    }

    [Fact]
    public async Task Attempts_are_bounded_and_wait_longer_each_time()
    {
        using var batcher = Batcher(maxAttempts: 4, retryDelay: 100, maxRetryDelay: 300);
        var added = Add(batcher, "a");
        var waits = new List<double>();
        for (var attempt = 1; attempt < 4; attempt++)
        {
            (await _calls.Next()).Fail(FailureKind.Transient);
            waits.Add((await _clock.Pass()).TotalMilliseconds);
        }

        (await _calls.Next()).Fail(FailureKind.Transient);
        var failure = await Wait.Fails<TransportException>(added);

        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.InRange(waits[0], 50, 100);
        Assert.InRange(waits[1], 100, 200);
        Assert.InRange(waits[2], 150, 300);
        Assert.Equal(4, _calls.Count);
        Assert.True(_log.Has(LogLevel.Warning, "at attempt 3"));
    }

    [Fact]
    public async Task Throttled_call_waits_twice_as_long()
    {
        using var batcher = Batcher(retryDelay: 100);
        var added = Add(batcher, "a");
        (await _calls.Next()).Fail(FailureKind.Throttled);

        Assert.InRange((await _clock.Pass()).TotalMilliseconds, 100, 200);
        await _calls.Accept();
        await Wait.For(added);
    }

    [Theory]
    [InlineData(FailureKind.Permanent)]
    [InlineData(FailureKind.TooLarge)]
    [InlineData(FailureKind.NotFound)]
    [InlineData(FailureKind.Denied)]
    public async Task Failure_that_lasts_is_not_tried_again(FailureKind kind)
    {
        using var batcher = Batcher();
        var added = Add(batcher, "a");
        (await _calls.Next()).Fail(kind);

        Assert.Equal(kind, (await Wait.Fails<TransportException>(added)).Kind);
        Assert.Empty(_clock.Waits);
        Assert.Equal(1, _calls.Count);
    }

    [Fact]
    public async Task What_a_call_is_refused_for_harms_only_the_entry_that_is_refused_alone()
    {
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "a", "b", "c");
        occupied.Succeed();
        (await _calls.Next()).Fail(FailureKind.Permanent);

        var alone = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var call = await _calls.Next();
            var item = Assert.Single(call.Items);
            alone.Add(item);
            if (item == "b")
            {
                call.Fail(FailureKind.Permanent);
            }
            else
            {
                call.Succeed();
            }
        }

        Assert.Equal(["a", "b", "c"], alone);
        Assert.Equal(FailureKind.Permanent, (await Wait.Fails<TransportException>(all[1])).Kind);
        await Wait.For(Task.WhenAll(all[0], all[2]));
    }

    [Fact]
    public async Task Exception_of_any_other_kind_is_the_outcome_of_the_whole_call()
    {
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "a", "b");
        occupied.Succeed();
        (await _calls.Next()).Fail(new InvalidOperationException("a bug of the transport"));

        Assert.Equal("a bug of the transport", (await Wait.Fails<InvalidOperationException>(all[0])).Message);
        await Wait.Fails<InvalidOperationException>(all[1]);
        var next = Add(batcher, "c");
        await _calls.Accept();
        await Wait.For(next);
    }

    [Fact]
    public async Task Transport_that_throws_instead_of_returning_fails_the_call()
    {
        var isBroken = true;
        using var batcher = Batcher(send: (_, _) => isBroken ? throw new InvalidOperationException("at once") : default);

        await Wait.Fails<InvalidOperationException>(batcher.AddAsync("a", 1, default));
        isBroken = false;
        await Wait.For(batcher.AddAsync("b", 1, default));
    }

    [Fact]
    public async Task Call_that_the_transport_gives_up_by_itself_has_failed_and_is_tried_again()
    {
        using var batcher = Batcher(maxAttempts: 2);
        var added = Add(batcher, "a");
        (await _calls.Next()).Fail(new TaskCanceledException("the client's own time-out"));
        await _clock.Pass();
        (await _calls.Next()).Fail(new TaskCanceledException("the client's own time-out"));

        // Not an OperationCanceledException: nobody has taken the message back.
        var failure = await Wait.Fails<TransportException>(added);
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Contains("the client's own time-out", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_that_are_too_large_together_are_sent_each_alone()
    {
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "a", "b", "c");
        occupied.Succeed();
        (await _calls.Next()).Fail(FailureKind.TooLarge);

        Assert.Equal(["a"], await _calls.Accept());
        var b = await _calls.Next();
        Assert.Equal(["b"], b.Items);
        b.Fail(FailureKind.TooLarge);
        Assert.Equal(["c"], await _calls.Accept());
        await Wait.For(all[0]);
        Assert.Equal(FailureKind.TooLarge, (await Wait.Fails<TransportException>(all[1])).Kind);
        await Wait.For(all[2]);
    }

    [Fact]
    public async Task Entry_taken_back_while_it_was_too_large_together_is_not_sent_again()
    {
        using var batcher = Batcher(maxCalls: 1);
        using var cancellation = new CancellationTokenSource();
        var occupied = await Occupy(batcher);
        var a = Add(batcher, "a");
        var b = batcher.AddAsync("b", 1, cancellation.Token).AsTask();
        occupied.Succeed();
        var call = await _calls.Next();
        await cancellation.CancelAsync();
        Assert.False(b.IsCompleted);
        call.Fail(FailureKind.TooLarge);

        Assert.Equal(["a"], await _calls.Accept());
        await Wait.Fails<OperationCanceledException>(b);
        await Wait.For(a);
        _calls.AssertNone();
    }

    [Fact]
    public async Task Cancelling_takes_back_what_waits()
    {
        using var batcher = Batcher(maxCalls: 1);
        using var cancellation = new CancellationTokenSource();
        var occupied = await Occupy(batcher);
        var a = Add(batcher, "a");
        var b = batcher.AddAsync("b", 1, cancellation.Token).AsTask();
        var c = Add(batcher, "c");
        await cancellation.CancelAsync();

        var failure = await Wait.Fails<OperationCanceledException>(b);
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        occupied.Succeed();
        Assert.Equal(["a", "c"], await _calls.Accept());
        await Wait.For(Task.WhenAll(a, c));
    }

    [Fact]
    public async Task Cancelled_token_sends_nothing()
    {
        using var batcher = Batcher();
        await Wait.Fails<OperationCanceledException>(batcher.AddAsync("a", 1, new CancellationToken(canceled: true)));
        _calls.AssertNone();
    }

    [Fact]
    public async Task Outcome_of_an_entry_under_way_is_awaited_whoever_cancels()
    {
        using var batcher = Batcher();
        using var cancellation = new CancellationTokenSource();
        var added = batcher.AddAsync("a", 1, cancellation.Token).AsTask();
        var call = await _calls.Next();
        await cancellation.CancelAsync();

        Assert.False(call.CancellationToken.IsCancellationRequested);
        Assert.False(added.IsCompleted);
        call.Succeed();
        await Wait.For(added);
    }

    [Fact]
    public async Task Entry_cancelled_under_way_is_not_tried_again()
    {
        using var batcher = Batcher();
        using var cancellation = new CancellationTokenSource();
        var added = batcher.AddAsync("a", 1, cancellation.Token).AsTask();
        var call = await _calls.Next();
        await cancellation.CancelAsync();
        call.Fail(FailureKind.Transient);

        Assert.Equal(FailureKind.Transient, (await Wait.Fails<TransportException>(added)).Kind);
        Assert.Equal(1, _calls.Count);
    }

    [Fact]
    public async Task Cancelling_takes_back_at_once_what_waits_for_another_attempt()
    {
        using var batcher = Batcher(maxCalls: 1);
        using var cancellation = new CancellationTokenSource();
        var a = batcher.AddAsync("a", 1, cancellation.Token).AsTask();
        (await _calls.Next()).Fail(FailureKind.Transient);
        await _clock.Wait();
        await cancellation.CancelAsync();
        await Wait.Fails<OperationCanceledException>(a);

        var b = Add(batcher, "b");
        await _clock.Pass();
        Assert.Equal(["b"], await _calls.Accept());
        await Wait.For(b);
    }

    [Fact]
    public async Task Stop_sends_what_has_been_accepted_and_takes_nothing_more()
    {
        using var batcher = Batcher(maxCalls: 1);
        var occupied = await Occupy(batcher);
        var all = AddMany(batcher, "a", "b");
        var stop = batcher.StopAsync(CancellationToken.None);
        var late = await Wait.Fails<TransportException>(batcher.AddAsync("late", 1, default));
        Assert.Contains("stopped", late.Message, StringComparison.Ordinal);
        Assert.False(stop.IsCompleted);

        occupied.Succeed();
        Assert.Equal(["a", "b"], await _calls.Accept());
        await Wait.For(Task.WhenAll(all));
        await Wait.For(stop);
    }

    [Fact]
    public async Task Stop_of_an_idle_batcher_is_immediate()
    {
        using var batcher = Batcher();
        await Wait.For(batcher.StopAsync(CancellationToken.None));
        await Wait.For(batcher.StopAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Stop_waits_for_another_attempt()
    {
        using var batcher = Batcher();
        var added = Add(batcher, "a");
        (await _calls.Next()).Fail(FailureKind.Transient);
        await _clock.Wait();
        var stop = batcher.StopAsync(CancellationToken.None);
        await _clock.Pass();
        await _calls.Accept();

        await Wait.For(added);
        await Wait.For(stop);
    }

    [Fact]
    public async Task At_the_deadline_calls_are_cancelled_and_what_waits_fails()
    {
        using var batcher = Batcher(maxCalls: 1);
        using var deadline = new CancellationTokenSource();
        var underWay = Add(batcher, "under way");
        var call = await _calls.Next();
        Task[] all = [underWay, .. AddMany(batcher, "waiting", "waiting too")];
        using var cancelled = call.CancellationToken.Register(() => call.Fail(new OperationCanceledException(call.CancellationToken)));
        var stop = batcher.StopAsync(deadline.Token);
        await deadline.CancelAsync();

        await Wait.For(stop);
        foreach (var added in all)
        {
            Assert.Contains("stopped before the broker confirmed", (await Wait.Fails<TransportException>(added)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, _calls.Count);
    }

    [Fact]
    public async Task At_the_deadline_what_waits_for_another_attempt_fails()
    {
        using var batcher = Batcher(maxCalls: 1);
        var added = Add(batcher, "a");
        (await _calls.Next()).Fail(FailureKind.Transient);
        await _clock.Wait();

        await Wait.For(batcher.StopAsync(new CancellationToken(canceled: true)));
        await Wait.Fails<TransportException>(added);
        Assert.Equal(1, _calls.Count);
    }

    [Fact]
    public async Task Call_that_does_not_react_to_the_deadline_is_left_behind()
    {
        var batcher = Batcher(maxCalls: 1);
        var stuck = Add(batcher, "stuck");
        var call = await _calls.Next();
        var waiting = Add(batcher, "waiting");
        var stop = batcher.StopAsync(new CancellationToken(canceled: true));

        await Wait.Fails<TransportException>(waiting);
        await _clock.Pass();
        await Wait.For(stop);
        Assert.True(_log.Has(LogLevel.Error, "do not react"));

        // Its memory is in use until it answers, so its entry has no outcome before.
        Assert.False(stuck.IsCompleted);
        call.Succeed();
        await Wait.For(stuck);
    }

    [Fact]
    public async Task Calls_do_not_see_the_ambient_state_of_publishers()
    {
        var ambient = new AsyncLocal<string?>();
        var seen = new List<string>();
        using var batcher = Batcher(maxCalls: 1, send: async (_, _) =>
        {
            seen.Add($"{ambient.Value} {Activity.Current?.OperationName}");
            await Task.Yield();
            seen.Add($"{ambient.Value} {Activity.Current?.OperationName}");
        });
        ambient.Value = "of a publisher";
        using var activity = new Activity("of a publisher").Start();
        await Wait.For(batcher.AddAsync("first", 1, default));
        await Wait.For(batcher.AddAsync("second", 1, default));
        using (ExecutionContext.SuppressFlow())
        {
            _ = batcher.AddAsync("third", 1, default);
        }

        await Wait.Until(() => seen.Count == 6);
        Assert.All(seen, state => Assert.Equal(" ", state));
        Assert.Same(activity, Activity.Current);
    }

    [Fact]
    public async Task Caller_does_not_work_off_the_entries_of_others()
    {
        // A transport that answers at once, and work that never ends: each call adds an entry for the next.
        var (sent, isEnough) = (0, false);
        TransportBatcher<string> batcher = null!;
        batcher = Batcher(maxCalls: 1, send: (_, _) =>
        {
            Interlocked.Increment(ref sent);
            return Volatile.Read(ref isEnough) ? default : More();
        });
        await Wait.For(Task.Run(() => _ = batcher.AddAsync("first", 1, default), Wait.Stop));
        await Wait.For(Task.Run(() => _ = batcher.AddAsync("second", 1, default), Wait.Stop));

        await Wait.Until(() => Volatile.Read(ref sent) > 1000);
        Volatile.Write(ref isEnough, true);
        await Wait.For(batcher.StopAsync(CancellationToken.None));
        batcher.Dispose();

        ValueTask More()
        {
            _ = batcher.AddAsync("more", 1, default);
            return default;
        }
    }

    [Fact]
    public async Task Asking_twice_for_an_outcome_does_not_harm_others()
    {
        using var batcher = Batcher(maxCalls: 1);
        var first = batcher.AddAsync("a", 1, default);
        await _calls.Accept();
        await Wait.Until(() => first.IsCompleted);
        var copy = first;
        await first;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await copy);

        // Freed twice, one entry would serve both of these.
        var b = Add(batcher, "b");
        var call = await _calls.Next();
        var c = Add(batcher, "c");
        call.Fail(FailureKind.Permanent);
        await Wait.Fails<TransportException>(b);
        Assert.Equal(["c"], await _calls.Accept());
        await Wait.For(c);
    }

    [Fact]
    public async Task Outcome_may_be_told_instead_of_awaited()
    {
        using var batcher = Batcher(maxCalls: 1);
        var told = new ConcurrentQueue<(object, string?)>();
        var occupied = await Occupy(batcher);
        foreach (var item in new[] { "a", "b", "c" })
        {
            batcher.Post(item, 1, $"state of {item}", (state, failure) => told.Enqueue((state, failure?.Message)));
        }

        occupied.Succeed();
        (await _calls.Next()).FailEntries(FailureKind.Permanent, 1);
        await Wait.Until(() => told.Count == 3);
        Assert.Equal([("state of a", null), ("state of b", "scripted Permanent of entry 1"), ("state of c", null)], told);

        await Wait.For(batcher.StopAsync(CancellationToken.None));
        batcher.Post("late", 1, "late", (state, failure) => told.Enqueue((state, failure?.GetType().Name)));
        Assert.Equal(("late", nameof(TransportException)), told.Last());
    }

    [Fact]
    public async Task Entry_whose_outcome_is_told_can_be_taken_back_while_it_waits()
    {
        using var batcher = Batcher(maxCalls: 1);
        using var cancellation = new CancellationTokenSource();
        var told = new ConcurrentQueue<string>();
        var occupied = await Occupy(batcher);
        batcher.Post("a", 1, "a", Tell, cancellationToken: cancellation.Token);
        batcher.Post("b", 1, "b", Tell);
        await cancellation.CancelAsync();
        Assert.Equal(["a OperationCanceledException"], told);
        batcher.Post("c", 1, "c", Tell, cancellationToken: cancellation.Token);
        Assert.Equal("c OperationCanceledException", told.Last());

        occupied.Succeed();
        Assert.Equal(["b"], await _calls.Accept());
        await Wait.Until(() => told.Count == 3);
        Assert.Equal("b accepted", told.Last());

        void Tell(object state, Exception? failure) => told.Enqueue($"{state} {failure?.GetType().Name ?? "accepted"}");
    }

    [Fact]
    public async Task Told_outcomes_are_true_after_retries_and_share_entries_with_awaited_ones()
    {
        using var batcher = Batcher(maxCalls: 1);
        var told = new ConcurrentQueue<string>();
        for (var round = 0; round < 50; round++)
        {
            var item = $"{round}";
            batcher.Post(item, 1, item, (state, failure) => told.Enqueue($"{state} {failure is null}"));
            (await _calls.Next()).Fail(FailureKind.Transient);
            await _clock.Pass();
            var awaited = Add(batcher, "awaited");
            while (await _calls.Accept() is not [.., "awaited"])
            {
            }

            await Wait.For(awaited);
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(round => $"{round} True"), told);
    }

    [Fact]
    public async Task Never_more_calls_than_allowed()
    {
        _limits = _limits with { BatchCount = 2 };
        using var batcher = Batcher(maxCalls: 3);
        var all = Task.WhenAll(AddMany(batcher, [.. Enumerable.Range(0, 100).Select(number => $"{number}")]));
        while (!all.IsCompleted)
        {
            await Wait.Until(() => all.IsCompleted || _calls.TryAccept());
        }

        await Wait.For(all);
        Assert.InRange(_calls.MostUnderWay, 2, 3);
    }

    private TransportBatcher<string> Batcher(
        int maxCalls = 8,
        int maxAttempts = 8,
        int retryDelay = 100,
        int maxRetryDelay = 5000,
        int? eagerCalls = null,
        Func<TransportBatch<string>, CancellationToken, ValueTask>? send = null) =>
        new(
            () => _limits,
            send ?? _calls.Begin,
            new BatcherOptions(maxCalls, maxAttempts, TimeSpan.FromMilliseconds(retryDelay), TimeSpan.FromMilliseconds(maxRetryDelay)) { EagerCalls = eagerCalls ?? maxCalls },
            _clock,
            _log);

    /// <summary>A batcher of entries that linger.</summary>
    private TransportBatcher<string> Lingering(int eagerCalls = 1)
    {
        var options = new BatcherOptions(4, 8, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)) { EagerCalls = eagerCalls, Linger = TimeSpan.FromMilliseconds(10) };
        return new TransportBatcher<string>(() => _limits, _calls.Begin, options, _clock, _log);
    }

    private static void Post(TransportBatcher<string> batcher, params string[] items) =>
        Array.ForEach(items, item => batcher.Post(item, 1, item, (_, failure) => Assert.Null(failure), mayLinger: true));

    /// <summary>Occupies a call, so that what is added now waits for it.</summary>
    private async Task<Calls<string>.Call> Occupy(TransportBatcher<string> batcher)
    {
        _ = batcher.AddAsync("occupied", 1, default);
        var call = await _calls.Next();
        Assert.Equal(["occupied"], call.Items);
        return call;
    }

    private static Task Add(TransportBatcher<string> batcher, string item, int size = 1) => batcher.AddAsync(item, size, CancellationToken.None).AsTask();

    private static Task[] AddMany(TransportBatcher<string> batcher, params string[] items) => [.. items.Select(item => Add(batcher, item))];
}
