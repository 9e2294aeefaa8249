using Messaging.Kit.Messages;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Transports;

/// <summary>
/// Gathers entries into calls without waiting for any: an entry leaves at once while a call is free, and shares the next call
/// when all are busy. Of those that must be full it shares one sooner. Only an entry that may wait for company does so, until it has company
/// for a full call, a <see cref="Flush"/>, or for a moment.
/// Calls are cut by count and by bytes; entries that failed transiently are tried again, those alone; each entry has its own outcome.
/// </summary>
internal sealed partial class TransportBatcher<T> : IDisposable
{
    // How long calls may take to notice that they are cancelled.
    private static readonly TimeSpan CallGrace = TimeSpan.FromSeconds(5);

    private readonly Func<TransportLimits> _limits;
    private readonly Func<TransportBatch<T>, CancellationToken, ValueTask> _send;
    private readonly BatcherOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer? _linger;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<Call> _freeCalls = [];
    private Entry? _first, _last, _freeEntries;
    private int _activeCalls;
    private int _waiting;

    // As the transport last said; not asked under the lock.
    private int _fullCall;
    private bool _isDue;
    private bool _isTimed;
    private bool _hasMoved;
    private bool _isStopping;

    public TransportBatcher(
        Func<TransportLimits> limits,
        Func<TransportBatch<T>, CancellationToken, ValueTask> send,
        BatcherOptions options,
        TimeProvider time,
        ILogger logger)
    {
        (_limits, _send, _options, _time, _logger) = (limits, send, options, time, logger);
        if (options.Linger > TimeSpan.Zero)
        {
            _linger = time.CreateTimer(static batcher => ((TransportBatcher<T>)batcher!).OnLingered(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Adds an entry. Completes with the entry's own outcome.</summary>
    /// <param name="item">What to send.</param>
    /// <param name="size">Its size in bytes, as the transport counts.</param>
    /// <param name="cancellationToken">Takes the entry back while it waits, also for another attempt; while it is under way its outcome is awaited.</param>
    /// <param name="mayLinger">Whether it may wait for more to share its call with, as long as <see cref="BatcherOptions.Linger"/>.</param>
    public ValueTask AddAsync(T item, int size, CancellationToken cancellationToken, bool mayLinger = false)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var entry = Rent();
        var outcome = entry.Start(item, size, cancellationToken);
        Send(entry, mayLinger, cancellationToken);
        return outcome;
    }

    /// <summary>Adds an entry whose outcome is told instead of awaited, which costs nothing.</summary>
    /// <param name="item">What to send.</param>
    /// <param name="size">Its size in bytes, as the transport counts.</param>
    /// <param name="state">Passed to <paramref name="onOutcome"/>.</param>
    /// <param name="onOutcome">Is told why the entry failed, or null. Called on the way of the call: quick, and never throwing.</param>
    /// <param name="mayLinger">Whether it may wait for more to share its call with, as long as <see cref="BatcherOptions.Linger"/>.</param>
    /// <param name="cancellationToken">Takes the entry back, as in <see cref="AddAsync"/>.</param>
    public void Post(T item, int size, object state, Action<object, Exception?> onOutcome, bool mayLinger = false, CancellationToken cancellationToken = default)
    {
        var entry = Rent();
        entry.Start(item, size, state, onOutcome, cancellationToken);
        Send(entry, mayLinger, cancellationToken);
    }

    /// <summary>Sends what waits for company.</summary>
    public void Flush()
    {
        Call? call;
        do
        {
            lock (_lock)
            {
                _isDue |= _first is not null;
                call = TryBeginCall();
            }

            call?.WakeHere();
        }
        while (call is not null);
    }

    /// <summary>Takes no more entries, and completes when those it has are done.</summary>
    /// <param name="deadline">
    /// Ends the wait: what has not been sent fails, and calls under way are cancelled. Those that do not react are left behind
    /// after a few seconds; their entries have their outcome when they answer.
    /// </param>
    public async Task StopAsync(CancellationToken deadline)
    {
        Call? call;
        lock (_lock)
        {
            _isStopping = _isDue = true;
            call = TryBeginCall();
            if (_activeCalls == 0)
            {
                _drained.TrySetResult();
            }
        }

        call?.WakeHere();
        if (await IsDrainedAsync(deadline).ConfigureAwait(false))
        {
            return;
        }

        await _abort.CancelAsync().ConfigureAwait(false);
        FailWaiting();
        using var grace = new CancellationTokenSource(CallGrace, _time);
        if (!await IsDrainedAsync(grace.Token).ConfigureAwait(false))
        {
            LogAbandoned(_logger, _activeCalls);
        }
    }

    public void Dispose()
    {
        _linger?.Dispose();
        _abort.Dispose();
    }

    private static TransportException Stopped() =>
        new(FailureKind.Transient, "The messaging host stopped before the broker confirmed this; it may not have arrived.");

    private void Send(Entry entry, bool mayLinger, CancellationToken cancellationToken)
    {
        Call? call = null;
        bool isRefused;
        if (_fullCall == 0)
        {
            _fullCall = FullCall(_limits());
        }

        lock (_lock)
        {
            isRefused = _isStopping || entry.IsTakenBack;
            if (!isRefused)
            {
                Enqueue(entry);
                _isDue |= !mayLinger || _linger is null;
                call = TryBeginCall();
                if (call is null && !_isDue)
                {
                    SetTimer();
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

    private static int FullCall(TransportLimits limits) => Math.Max(limits.BatchCount, 1);

    // Under the lock.
    private Call? TryBeginCall()
    {
        if (_activeCalls == _options.MaxCalls || !IsWorthCall(_activeCalls + 1))
        {
            return null;
        }

        _activeCalls++;
        return _freeCalls.TryPop(out var free) ? free : new Call(this);
    }

    private bool IsWorthCall(int calls) => _first is not null && ((_isDue && calls <= _options.EagerCalls) || _waiting >= _fullCall);

    // Under the lock.
    private void SetTimer()
    {
        if (!_isTimed)
        {
            (_isTimed, _hasMoved) = (true, false);
            _linger!.Change(_options.Linger, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnLingered()
    {
        lock (_lock)
        {
            _isTimed = false;
            if (_first is null || _isDue)
            {
                return;
            }

            if (_hasMoved)
            {
                // Those that waited have left, and others have come since: it is set once for many, not for each call.
                SetTimer();
                return;
            }
        }

        Flush();
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

    [LoggerMessage(Level = LogLevel.Error, Message = "{Calls} calls do not react to their cancellation and are left behind.")]
    private static partial void LogAbandoned(ILogger logger, int calls);
}
