using Messaging.Kit.Messages;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Transports;

// What becomes of a call: how it is filled, what it brings back, and who of it tries again.
internal sealed partial class TransportBatcher<T>
{
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
                    var pending = _send(call.Tray, aborted);
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
                await Task.Delay(delay, _time, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        var limit = _limits();
        var count = FullCall(limit);
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
            if (call.Tray.Count > 0 || IsWorthCall(_activeCalls))
            {
                Gather(call, count, limit.BatchBytes);
            }

            if (call.Tray.Count > 0)
            {
                return true;
            }

            if (_first is not null && !_isDue)
            {
                SetTimer();
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
        _hasMoved = true;
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

        var delay = _options.DelayAfter(attempts, throttled);
        LogRetry(_logger, call.Entries.Count, attempts, delay, lastFailure);
        return delay;
    }

    // Cancellation is the publisher's word: a transport that gives a call up by itself, as a time-out does, has failed.
    private Exception? Reason(Exception? failure) =>
        failure is not OperationCanceledException ? failure
        : _abort.IsCancellationRequested ? Stopped()
        : new TransportException(FailureKind.Transient, $"The transport gave up the call: {failure.Message} It may have arrived all the same.", failure);

    private bool KeepForRetry(Call call, Entry entry, Exception reason)
    {
        if (reason is not TransportException { IsTransient: true } || entry.Attempts >= _options.MaxAttempts || _abort.IsCancellationRequested)
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
                    _isDue = true;
                    continue;
                }
            }

            entry.Cancel();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Some of the {Count} entries of a call failed at attempt {Attempt}; trying them again in {Delay}.")]
    private static partial void LogRetry(ILogger logger, int count, int attempt, TimeSpan delay, Exception exception);
}
