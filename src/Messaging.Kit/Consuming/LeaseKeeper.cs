using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Consuming;

/// <summary>
/// Renews the leases of all messages held, those that wait as well, from receive to settlement: at half of a lease, in batches,
/// by constant small steps, until the transport's longest. All leases are of one length, so a list in the order of renewal
/// needs no sorting, and one timer serves all.
/// </summary>
internal sealed partial class LeaseKeeper : IAsyncDisposable
{
    // Calls under way at once: with one alone, the leases of thousands could run out while theirs is still to come.
    private const int MaxCalls = 4;

    private readonly Lock _lock = new();
    private readonly ILeaseRenewer _renewer;
    private readonly Action<Delivery> _onLost;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly int _batchCount;
    private readonly long _lease, _maxLease, _retry;
    private ITimer? _timer;
    private Delivery? _first, _last;
    private long _armedFor = long.MaxValue;
    private Task _renewal = Task.CompletedTask;
    private int _isDisposed;

    public LeaseKeeper(ILeaseRenewer renewer, int batchCount, Action<Delivery> onLost, TimeProvider time, ILogger logger)
    {
        (_renewer, _batchCount, _onLost, _time, _logger) = (renewer, batchCount, onLost, time, logger);
        (_lease, _retry) = (Ticks(renewer.LeaseDuration), Ticks(renewer.LeaseDuration / 10));
        _maxLease = Math.Min(Ticks(renewer.MaxLease), long.MaxValue / 2);
    }

    /// <summary>Keeps a message from now on; its lease began when it was received.</summary>
    public void Keep(Delivery delivery)
    {
        lock (_lock)
        {
            Lease(delivery, delivery.ReceivedAt);
        }
    }

    /// <summary>Lets a message go.</summary>
    public void Release(Delivery delivery)
    {
        lock (_lock)
        {
            Remove(delivery);
        }
    }

    /// <summary>Lets a message go for good: completes when no renewal that might still name it is under way, so that none can undo a return.</summary>
    public Task ReleaseForReturnAsync(Delivery delivery)
    {
        lock (_lock)
        {
            Remove(delivery);
            return _renewal;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        await _renewal.ConfigureAwait(false);
        _stop.Dispose();
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private void OnDue()
    {
        lock (_lock)
        {
            _armedFor = long.MaxValue;
            if (_renewal.IsCompleted && !_stop.IsCancellationRequested)
            {
                _renewal = RenewDueAsync();
            }
        }
    }

    private async Task RenewDueAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, MaxCalls).Select(_ => RenewBatchesAsync())).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _renewal = Task.CompletedTask;
                Arm();
            }
        }
    }

    private async Task RenewBatchesAsync()
    {
        var deliveries = new List<Delivery>();
        while (!_stop.IsCancellationRequested && TakeDue(deliveries))
        {
            var batch = new TransportBatch<ReceivedEnvelope>(deliveries.Count);
            var leaseEndsAt = long.MaxValue;
            foreach (var delivery in deliveries)
            {
                batch.Add(delivery.Envelope);
                leaseEndsAt = Math.Min(leaseEndsAt, delivery.LeaseEndsAt);
            }

            var startedAt = _time.GetTimestamp();
            Conclude(deliveries, batch, await RenewAsync(batch, startedAt, leaseEndsAt).ConfigureAwait(false), startedAt);
        }
    }

    // An answer that comes after the lease is of no use, and handlers must not run on until then.
    private async Task<Exception?> RenewAsync(TransportBatch<ReceivedEnvelope> batch, long startedAt, long leaseEndsAt)
    {
        var left = _time.GetElapsedTime(startedAt, Math.Max(leaseEndsAt, startedAt));
        using var patience = new CancellationTokenSource(left, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stop.Token);
        try
        {
            await _renewer.RenewAsync(batch, both.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private bool TakeDue(List<Delivery> due)
    {
        due.Clear();
        List<Delivery>? lost = null;
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            while (_first is { } first && first.RenewAt <= now && due.Count < _batchCount)
            {
                Remove(first);
                if (now >= first.LeaseEndsAt)
                {
                    (lost ??= []).Add(first);
                }
                else
                {
                    first.IsLeased = true; // under renewal; Release takes the mark away
                    due.Add(first);
                }
            }
        }

        Lose(lost, null);
        return due.Count > 0;
    }

    private void Conclude(List<Delivery> deliveries, TransportBatch<ReceivedEnvelope> batch, Exception? failure, long startedAt)
    {
        List<Delivery>? lost = null;
        Exception? reason = null;
        lock (_lock)
        {
            for (var i = 0; i < deliveries.Count; i++)
            {
                var (delivery, fault) = (deliveries[i], failure ?? batch.FailureOf(i));
                if (!delivery.IsLeased)
                {
                    continue; // settled in the meantime
                }

                if (fault is null)
                {
                    Lease(delivery, startedAt);
                }
                else if (fault is TransportException { Kind: FailureKind.NotFound })
                {
                    delivery.IsLeased = false;
                    (lost ??= []).Add(delivery);
                    reason = fault;
                }
                else
                {
                    // The lease still lasts; TakeDue finds out when it does not.
                    delivery.RenewAt = Math.Min(_time.GetTimestamp() + _retry, Math.Max(delivery.LeaseEndsAt, _time.GetTimestamp() + 1));
                    Insert(delivery);
                    reason = fault;
                }
            }
        }

        if (reason is not null && lost is null && !_stop.IsCancellationRequested)
        {
            LogRenewalFailed(_logger, deliveries.Count, reason);
        }

        Lose(lost, reason);
    }

    private void Lose(List<Delivery>? lost, Exception? reason)
    {
        foreach (var delivery in lost ?? [])
        {
            LogLost(_logger, delivery.MessageId, delivery.Consumer, reason);
            _onLost(delivery);
        }
    }

    private void Lease(Delivery delivery, long from)
    {
        // At the transport's longest, renewals end and so does the lease.
        var longest = delivery.ReceivedAt + _maxLease;
        delivery.LeaseEndsAt = Math.Min(from + _lease, longest);
        delivery.RenewAt = from + _lease < longest ? from + (_lease / 2) : delivery.LeaseEndsAt;
        Insert(delivery);
    }

    private void Insert(Delivery delivery)
    {
        // Nearly always at the end; a failed renewal is due before others.
        var previous = _last;
        while (previous is not null && previous.RenewAt > delivery.RenewAt)
        {
            previous = previous.PreviousLease;
        }

        var next = previous is null ? _first : previous.NextLease;
        (delivery.PreviousLease, delivery.NextLease, delivery.IsLeased) = (previous, next, true);
        if (previous is null)
        {
            _first = delivery;
        }
        else
        {
            previous.NextLease = delivery;
        }

        if (next is null)
        {
            _last = delivery;
        }
        else
        {
            next.PreviousLease = delivery;
        }

        if (ReferenceEquals(_first, delivery))
        {
            Arm();
        }
    }

    private void Remove(Delivery delivery)
    {
        if (!delivery.IsLeased)
        {
            return;
        }

        delivery.IsLeased = false;
        var (previous, next) = (delivery.PreviousLease, delivery.NextLease);
        if (previous is null && !ReferenceEquals(_first, delivery))
        {
            return; // under renewal, in no list
        }

        if (previous is null)
        {
            _first = next;
        }
        else
        {
            previous.NextLease = next;
        }

        if (next is null)
        {
            _last = previous;
        }
        else
        {
            next.PreviousLease = previous;
        }

        (delivery.PreviousLease, delivery.NextLease) = (null, null);
    }

    // Set once for many messages: that the one it was set for has gone in the meantime shows when it fires.
    private void Arm()
    {
        if (_first is null || _armedFor <= _first.RenewAt || !_renewal.IsCompleted || _stop.IsCancellationRequested)
        {
            return;
        }

        _armedFor = _first.RenewAt;

        var wait = _time.GetElapsedTime(_time.GetTimestamp(), _first.RenewAt);
        _timer ??= CreateTimer();
        _timer.Change(wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    // Made when the first message comes: a receive loop has no ambient state, and the timer keeps that of whoever made it.
    private ITimer CreateTimer() =>
        _time.CreateTimer(static state => ((LeaseKeeper)state!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The leases of {Count} messages could not be renewed; trying again while they last.")]
    private static partial void LogRenewalFailed(ILogger logger, int count, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of message {MessageId} of {Consumer} is lost; its handler is cancelled, and it will be delivered again.")]
    private static partial void LogLost(ILogger logger, string messageId, string consumer, Exception? failure);
}
