using System.Threading.Tasks.Sources;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Transports;

/// <summary>
/// Gathers entries into calls without waiting for any: an entry leaves at once while a call is free, and shares the next call
/// when all are busy. There is no timer. Calls are cut by count and by bytes; entries that failed transiently are tried again,
/// those alone; each entry has its own outcome.
/// </summary>
internal sealed partial class TransportBatcher<T>(
    Func<TransportLimits> limits,
    Func<TransportBatch<T>, CancellationToken, ValueTask> send,
    BatcherOptions options,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<Call> _freeCalls = [];
    private Entry? _first, _last, _freeEntries;
    private int _activeCalls;
    private bool _isStopping;

    /// <summary>Adds an entry. Completes with the entry's own outcome.</summary>
    /// <param name="item">What to send.</param>
    /// <param name="size">Its size in bytes, as the transport counts.</param>
    /// <param name="cancellationToken">Takes the entry back while it waits; once it is under way its outcome is awaited.</param>
    public ValueTask AddAsync(T item, int size, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var entry = Rent();
        var outcome = entry.Start(item, size, cancellationToken);
        Call? call = null;
        bool isRefused;
        lock (_lock)
        {
            isRefused = _isStopping || entry.IsTakenBack;
            if (!isRefused)
            {
                Enqueue(entry);
                if (_activeCalls < options.MaxCalls)
                {
                    _activeCalls++;
                    call = _freeCalls.TryPop(out var free) ? free : new Call();
                }
            }
        }

        if (isRefused)
        {
            entry.Fail(entry.IsTakenBack ? new OperationCanceledException(cancellationToken) : Stopped());
        }
        else if (call is not null)
        {
            // The call works for everybody: it must not carry on the activity or the ambient state of whoever came first.
            using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
            _ = RunAsync(call);
        }

        return outcome;
    }

    /// <summary>Takes no more entries, and completes when those it has are done.</summary>
    /// <param name="deadline">Ends the wait: calls under way are cancelled, and what has not been sent fails.</param>
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

        try
        {
            await _drained.Task.WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await _abort.CancelAsync().ConfigureAwait(false);
            await _drained.Task.ConfigureAwait(false);
        }
    }

    public void Dispose() => _abort.Dispose();

    private static TransportException Stopped() =>
        new(FailureKind.Transient, "The messaging host stopped before the broker confirmed this; it may not have arrived.");

    // Never throws: whatever goes wrong becomes the outcome of the entries concerned.
    private async Task RunAsync(Call call)
    {
        while (true)
        {
            lock (_lock)
            {
                Fill(call);
                if (call.Tray.Count == 0)
                {
                    _freeCalls.Push(call);
                    if (--_activeCalls == 0 && _isStopping)
                    {
                        _drained.TrySetResult();
                    }

                    return;
                }
            }

            Exception? failure = null;
            var pending = default(ValueTask);
            try
            {
                pending = send(call.Tray, _abort.Token);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            // A transport that answers at once must not make its caller work off everybody else's entries.
            var answeredAtOnce = pending.IsCompleted;
            try
            {
                await pending.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            if (failure is OperationCanceledException && _abort.IsCancellationRequested)
            {
                failure = Stopped();
            }

            var delay = Conclude(call, failure);
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, time, _abort.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private void Fill(Call call)
    {
        var limit = limits();
        long bytes = 0;
        call.Tray.Clear();
        call.Entries.Clear();
        call.EnsureCapacity(limit.BatchCount);
        foreach (var entry in call.Again)
        {
            if (entry.IsTakenBack)
            {
                entry.Cancel();
                continue;
            }

            // Nothing of a call comes apart in a retry: what fitted once fits again.
            bytes += entry.Size;
            call.Add(entry);
        }

        call.Again.Clear();
        while (_first is { } entry && call.Tray.Count < limit.BatchCount)
        {
            var fits = bytes + entry.Size <= limit.BatchBytes && !entry.IsAlone && !(call.Tray.Count > 0 && call.Entries[0].IsAlone);
            if (call.Tray.Count > 0 && !fits)
            {
                break;
            }

            Unlink(entry);
            bytes += entry.Size;
            call.Add(entry);
        }
    }

    /// <summary>Tells every entry its outcome, or keeps it for another attempt.</summary>
    /// <returns>How long to wait before that attempt.</returns>
    private TimeSpan Conclude(Call call, Exception? failure)
    {
        var tooLargeTogether = call.Tray.Count > 1 && failure is TransportException { Kind: FailureKind.TooLarge };
        var (attempts, throttled) = (0, false);
        for (var i = 0; i < call.Entries.Count; i++)
        {
            var entry = call.Entries[i];
            var reason = failure ?? call.Tray.FailureOf(i);
            entry.Attempts++;
            if (reason is null)
            {
                entry.Succeed();
            }
            else if (tooLargeTogether)
            {
                entry.IsAlone = true;
            }
            else if (MayTryAgain(entry, reason))
            {
                call.Again.Add(entry);
                attempts = Math.Max(attempts, entry.Attempts);
                throttled |= reason is TransportException { Kind: FailureKind.Throttled };
            }
            else
            {
                entry.Fail(reason);
            }
        }

        if (tooLargeTogether)
        {
            SendEachAlone(call.Entries);
        }

        if (call.Again.Count == 0)
        {
            return TimeSpan.Zero;
        }

        var delay = options.DelayAfter(attempts, throttled);
        LogRetry(logger, call.Again.Count, call.Entries.Count, attempts, delay, failure ?? call.Tray.FailureOf(call.Entries.IndexOf(call.Again[0])));
        return delay;
    }

    private bool MayTryAgain(Entry entry, Exception reason) =>
        reason is TransportException { IsTransient: true }
        && entry.Attempts < options.MaxAttempts
        && !entry.IsTakenBack
        && !_abort.IsCancellationRequested;

    // The sum was too large for the service's own count: only a message that is too large by itself shall fail.
    private void SendEachAlone(List<Entry> entries)
    {
        lock (_lock)
        {
            for (var i = entries.Count - 1; i >= 0; i--)
            {
                var entry = entries[i];
                (entry.Next, entry.Previous, entry.IsWaiting) = (_first, null, true);
                if (_first is null)
                {
                    _last = entry;
                }
                else
                {
                    _first.Previous = entry;
                }

                _first = entry;
            }
        }
    }

    private void Enqueue(Entry entry)
    {
        (entry.Previous, entry.Next, entry.IsWaiting) = (_last, null, true);
        if (_last is null)
        {
            _first = entry;
        }
        else
        {
            _last.Next = entry;
        }

        _last = entry;
    }

    private void Unlink(Entry entry)
    {
        if (entry.Previous is null)
        {
            _first = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is null)
        {
            _last = entry.Previous;
        }
        else
        {
            entry.Next.Previous = entry.Previous;
        }

        (entry.Previous, entry.Next, entry.IsWaiting) = (null, null, false);
    }

    private void TakeBack(Entry entry)
    {
        lock (_lock)
        {
            entry.IsTakenBack = true;
            if (!entry.IsWaiting)
            {
                return; // under way, or not yet in the queue: AddAsync and Conclude look at the mark
            }

            Unlink(entry);
        }

        entry.Cancel();
    }

    private Entry Rent()
    {
        lock (_lock)
        {
            if (_freeEntries is not { } entry)
            {
                return new Entry(this);
            }

            _freeEntries = entry.Next;
            entry.Next = null;
            return entry;
        }
    }

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Next = _freeEntries;
            _freeEntries = entry;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Failed} of {Count} entries of a call failed at attempt {Attempt}; trying them again in {Delay}.")]
    private static partial void LogRetry(ILogger logger, int failed, int count, int attempt, TimeSpan delay, Exception? exception);

    /// <summary>A call under way: what it carries, and what of it is to be tried again.</summary>
    private sealed class Call
    {
        public TransportBatch<T> Tray { get; private set; } = new(1);

        public List<Entry> Entries { get; } = [];

        public List<Entry> Again { get; } = [];

        private int _capacity = 1;

        public void EnsureCapacity(int capacity)
        {
            capacity = Math.Max(capacity, Again.Count);
            if (_capacity < capacity)
            {
                (Tray, _capacity) = (new(capacity), capacity);
            }
        }

        public void Add(Entry entry)
        {
            Entries.Add(entry);
            Tray.Add(entry.Item);
        }
    }

    /// <summary>One entry and the publisher that awaits its outcome; used again when the outcome has been taken.</summary>
    private sealed class Entry(TransportBatcher<T> batcher) : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _outcome = new() { RunContinuationsAsynchronously = true };
        private CancellationToken _cancellationToken;
        private CancellationTokenRegistration _registration;

        public T Item { get; private set; } = default!;

        public int Size { get; private set; }

        public int Attempts { get; set; }

        public bool IsAlone { get; set; }

        public bool IsWaiting { get; set; }

        public bool IsTakenBack { get; set; }

        public Entry? Previous { get; set; }

        public Entry? Next { get; set; }

        public ValueTask Start(T item, int size, CancellationToken cancellationToken)
        {
            (Item, Size, Attempts, IsAlone, IsTakenBack) = (item, size, 0, false, false);
            _cancellationToken = cancellationToken;
            var outcome = new ValueTask(this, _outcome.Version);
            _registration = cancellationToken.UnsafeRegister(static state => ((Entry)state!).TakeBack(), this);
            return outcome;
        }

        public void Succeed()
        {
            _registration.Dispose();
            _outcome.SetResult(true);
        }

        public void Fail(Exception reason)
        {
            _registration.Dispose();
            _outcome.SetException(reason);
        }

        public void Cancel() => _outcome.SetException(new OperationCanceledException(_cancellationToken));

        public ValueTaskSourceStatus GetStatus(short token) => _outcome.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _outcome.OnCompleted(continuation, state, token, flags);

        public void GetResult(short token)
        {
            try
            {
                _outcome.GetResult(token);
            }
            finally
            {
                _outcome.Reset();
                (Item, _cancellationToken, _registration) = (default!, default, default);
                batcher.Return(this);
            }
        }

        private void TakeBack() => batcher.TakeBack(this);
    }
}
