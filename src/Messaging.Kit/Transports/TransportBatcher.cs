using Messaging.Kit.Messages;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Transports;

/// <summary>
/// Gathers entries into calls without waiting for any: an entry leaves at once while a call is free, and shares the next call
/// when all are busy. Of those that must be full it shares one sooner. There is no timer. Calls are cut by count and by bytes; entries that failed transiently are tried again,
/// those alone; each entry has its own outcome.
/// </summary>
internal sealed partial class TransportBatcher<T>(
    Func<TransportLimits> limits,
    Func<TransportBatch<T>, CancellationToken, ValueTask> send,
    BatcherOptions options,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    // How long calls may take to notice that they are cancelled.
    private static readonly TimeSpan CallGrace = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<Call> _freeCalls = [];
    private Entry? _first, _last, _freeEntries;
    private int _activeCalls;
    private int _waiting;
    private int _fullCall = 1;
    private bool _isStopping;

    private bool IsWorthCall => _activeCalls < options.EagerCalls || _waiting >= _fullCall;

    /// <summary>Adds an entry. Completes with the entry's own outcome.</summary>
    /// <param name="item">What to send.</param>
    /// <param name="size">Its size in bytes, as the transport counts.</param>
    /// <param name="cancellationToken">Takes the entry back while it waits, also for another attempt; while it is under way its outcome is awaited.</param>
    public ValueTask AddAsync(T item, int size, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var entry = Rent();
        var outcome = entry.Start(item, size, cancellationToken);
        Send(entry, cancellationToken);
        return outcome;
    }

    /// <summary>Adds an entry whose outcome is told instead of awaited, which costs nothing.</summary>
    /// <param name="item">What to send.</param>
    /// <param name="size">Its size in bytes, as the transport counts.</param>
    /// <param name="state">Passed to <paramref name="onOutcome"/>.</param>
    /// <param name="onOutcome">Is told why the entry failed, or null. Called on the way of the call: quick, and never throwing.</param>
    public void Post(T item, int size, object state, Action<object, Exception?> onOutcome)
    {
        var entry = Rent();
        entry.Start(item, size, state, onOutcome);
        Send(entry, CancellationToken.None);
    }

    /// <summary>Takes no more entries, and completes when those it has are done.</summary>
    /// <param name="deadline">
    /// Ends the wait: what has not been sent fails, and calls under way are cancelled. Those that do not react are left behind
    /// after a few seconds; their entries have their outcome when they answer.
    /// </param>
    public async Task StopAsync(CancellationToken deadline)
    {
        lock (_lock)
        {
            _isStopping = true;
            if (_activeCalls == 0)
            {
                _drained.TrySetResult();
            }
        }

        if (await IsDrainedAsync(deadline).ConfigureAwait(false))
        {
            return;
        }

        await _abort.CancelAsync().ConfigureAwait(false);
        FailWaiting();
        using var grace = new CancellationTokenSource(CallGrace, time);
        if (!await IsDrainedAsync(grace.Token).ConfigureAwait(false))
        {
            LogAbandoned(logger, _activeCalls);
        }
    }

    public void Dispose() => _abort.Dispose();

    private static TransportException Stopped() =>
        new(FailureKind.Transient, "The messaging host stopped before the broker confirmed this; it may not have arrived.");

    private void Send(Entry entry, CancellationToken cancellationToken)
    {
        Call? call = null;
        bool isRefused;
        lock (_lock)
        {
            isRefused = _isStopping || entry.IsTakenBack;
            if (!isRefused)
            {
                Enqueue(entry);
                if (_activeCalls < options.MaxCalls && IsWorthCall)
                {
                    _activeCalls++;
                    call = _freeCalls.TryPop(out var free) ? free : new Call(this);
                }
            }
        }

        if (isRefused)
        {
            entry.Fail(entry.IsTakenBack ? new OperationCanceledException(cancellationToken) : Stopped());
        }
        else
        {
            call?.WakeHere();
        }
    }

    private async Task<bool> IsDrainedAsync(CancellationToken deadline)
    {
        try
        {
            await _drained.Task.WaitAsync(deadline).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void FailWaiting()
    {
        while (true)
        {
            Entry entry;
            lock (_lock)
            {
                if (_first is null)
                {
                    return;
                }

                Unlink(entry = _first);
            }

            entry.Fail(Stopped());
        }
    }

    // The life of a call: it sends while there is something to send, and then rests. Never throws: whatever goes wrong becomes
    // the outcome of the entries concerned.
    private async Task RunAsync(Call call)
    {
        var aborted = _abort.Token;
        while (true)
        {
            if (!TryFill(call))
            {
                await call.RestAsync().ConfigureAwait(false);
                continue;
            }

            var (failure, answeredAtOnce) = (default(Exception), false);
            if (aborted.IsCancellationRequested)
            {
                failure = Stopped();
            }
            else
            {
                try
                {
                    // A transport that answers at once must not make its caller work off everybody else's entries.
                    var pending = send(call.Tray, aborted);
                    answeredAtOnce = pending.IsCompleted;
                    await pending.ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            }

            var delay = Conclude(call, failure);
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, time, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (answeredAtOnce && HasWaiting())
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
        }
    }

    private bool HasWaiting()
    {
        lock (_lock)
        {
            return _first is not null;
        }
    }

    /// <summary>Fills the tray with what is to be tried again and what has waited longest; with nothing to do, the call is free.</summary>
    private bool TryFill(Call call)
    {
        var limit = limits();
        var count = Math.Max(limit.BatchCount, 1);
        lock (_lock)
        {
            call.Clear(count);
            foreach (var entry in call.Again)
            {
                // Nothing of a call comes apart in a retry: what fitted once fits again.
                entry.Retries = null;
                call.Add(entry);
            }

            call.Again.Clear();
            _fullCall = count;
            if (call.Tray.Count > 0 || _activeCalls <= options.EagerCalls || _waiting >= count)
            {
                Gather(call, count, limit.BatchBytes);
            }

            if (call.Tray.Count > 0)
            {
                return true;
            }

            _freeCalls.Push(call);
            if (--_activeCalls == 0 && _isStopping)
            {
                _drained.TrySetResult();
            }

            return false;
        }
    }

    private void Gather(Call call, int count, int bytes)
    {
        while (_first is { } entry && call.HasRoomFor(entry, count, bytes))
        {
            Unlink(entry);
            call.Add(entry);
        }
    }

    /// <summary>Tells every entry its outcome, or keeps it for another attempt.</summary>
    /// <returns>How long to wait before that attempt.</returns>
    private TimeSpan Conclude(Call call, Exception? failure)
    {
        // One entry may be what the whole call was refused for, and the others are not to fail with it.
        var mayBeOneOfThem = call.Tray.Count > 1 && failure is TransportException { Kind: FailureKind.TooLarge or FailureKind.Permanent };
        if (mayBeOneOfThem)
        {
            SendEachAlone(call);
            return TimeSpan.Zero;
        }

        var (attempts, throttled, lastFailure) = (0, false, default(Exception));
        for (var i = 0; i < call.Entries.Count; i++)
        {
            var entry = call.Entries[i];
            var reason = Reason(call.Tray.FailureOf(i) ?? failure);
            entry.Attempts++;
            if (reason is null)
            {
                entry.Succeed();
            }
            else if (KeepForRetry(call, entry, reason))
            {
                attempts = Math.Max(attempts, entry.Attempts);
                throttled |= reason is TransportException { Kind: FailureKind.Throttled };
                lastFailure = reason;
            }
            else
            {
                entry.Fail(reason);
            }
        }

        if (lastFailure is null)
        {
            return TimeSpan.Zero;
        }

        var delay = options.DelayAfter(attempts, throttled);
        LogRetry(logger, call.Entries.Count, attempts, delay, lastFailure);
        return delay;
    }

    // Cancellation is the publisher's word: a transport that gives a call up by itself, as a time-out does, has failed.
    private Exception? Reason(Exception? failure) =>
        failure is not OperationCanceledException ? failure
        : _abort.IsCancellationRequested ? Stopped()
        : new TransportException(FailureKind.Transient, $"The transport gave up the call: {failure.Message} It may have arrived all the same.", failure);

    private bool KeepForRetry(Call call, Entry entry, Exception reason)
    {
        if (reason is not TransportException { IsTransient: true } || entry.Attempts >= options.MaxAttempts || _abort.IsCancellationRequested)
        {
            return false;
        }

        lock (_lock)
        {
            if (entry.IsTakenBack)
            {
                return false;
            }

            entry.Retries = call.Again;
            call.Again.Add(entry);
            return true;
        }
    }

    // The sum was too large for the service's own count, or one of them is what it does not take: only who is refused by itself shall fail.
    private void SendEachAlone(Call call)
    {
        for (var i = call.Entries.Count - 1; i >= 0; i--)
        {
            var entry = call.Entries[i];
            if (call.Tray.FailureOf(i) is { } fault)
            {
                entry.Fail(fault);
                continue;
            }

            (entry.IsAlone, entry.Attempts) = (true, entry.Attempts + 1);
            lock (_lock)
            {
                if (!entry.IsTakenBack)
                {
                    EnqueueFirst(entry);
                    continue;
                }
            }

            entry.Cancel();
        }
    }

    private void TakeBack(Entry entry)
    {
        lock (_lock)
        {
            entry.IsTakenBack = true;
            if (entry.IsWaiting)
            {
                Unlink(entry);
            }
            else if (entry.Retries is { } retries)
            {
                retries.Remove(entry);
                entry.Retries = null;
            }
            else
            {
                return; // under way, or not yet in the queue: those who have it look at the mark
            }
        }

        entry.Cancel();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Some of the {Count} entries of a call failed at attempt {Attempt}; trying them again in {Delay}.")]
    private static partial void LogRetry(ILogger logger, int count, int attempt, TimeSpan delay, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Calls} calls do not react to their cancellation and are left behind.")]
    private static partial void LogAbandoned(ILogger logger, int calls);
}
