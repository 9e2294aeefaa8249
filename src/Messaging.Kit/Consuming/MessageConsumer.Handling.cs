using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Consuming;

internal sealed partial class MessageConsumer
{
    private static readonly Exception Unhandled = new MessagingException("It was not handled: a message of the same key in front of it went back, or the consumer is stopping.");

    // One at a time: who has been woken wakes the next when it begins, if there is more to do. So hands join as fast as threads come free for them;
    // waking all at once, most would find that the first have done everything.
    private void WakeWorker()
    {
        if (_isWaking || _lanes.ReadyCount == 0)
        {
            return;
        }

        if (!_idle.TryPop(out var worker))
        {
            if (_workers.Count == _options.Concurrency)
            {
                return;
            }

            worker = new DeliveryWorker(WorkAsync);
            _workers.Add(worker);
        }

        _isWaking = worker.IsWoken = true;
        worker.WakeOnPool();
    }

    // The life of a worker. All of it is one method, for each that waits would cost every message a state of its own.
    private async Task WorkAsync(DeliveryWorker worker)
    {
        var own = ExecutionContext.Capture()!;
        Delivery? done = null;
        while (true)
        {
            // Whatever ambient state a handler has left behind is not the next one's.
            ExecutionContext.Restore(own);
            var isTaken = TryTake(worker, done, out var delivery);
            done = null;
            if (!isTaken)
            {
                await worker.RestAsync().ConfigureAwait(false);
                continue;
            }

            var failure = delivery.IsLeaseLost ? Unhandled : null;
            if (failure is null)
            {
                try
                {
                    delivery.Envelope.OnHandling();
                    await _pipeline(delivery).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                try
                {
                    await delivery.DisposeScopeAsync().ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    failure ??= exception;
                }
            }

            if (failure is null && !delivery.IsLeaseLost)
            {
                done = delivery;
                Acknowledge(delivery);
            }
            else
            {
                await ReturnAsync(worker, delivery, failure ?? Unhandled).ConfigureAwait(false);
            }

            // A worker at rest holds no message.
            (delivery, failure) = (null!, null);
        }
    }

    // The last one is done, and the next one begun, under one lock.
    private bool TryTake(DeliveryWorker worker, Delivery? done, out Delivery delivery)
    {
        lock (_lock)
        {
            if (worker.IsWoken)
            {
                _isWaking = worker.IsWoken = false;
            }

            if (done is not null)
            {
                worker.End(done);
                _lanes.Complete(done);
            }

            if (_lanes.TryTake(out delivery))
            {
                delivery.CancellationToken = worker.Begin(delivery);
                WakeWorker();
                return true;
            }

            _idle.Push(worker);

            // Not before the last message has come: a receive may still bring some after the stop has begun.
            if (_hasReturned && _idle.Count == _workers.Count)
            {
                _allIdle.TrySetResult();
            }

            return false;
        }
    }

    // It may wait for others to share its call: while there are others to come, and unless the source holds the next of its key back until then.
    private void Acknowledge(Delivery delivery)
    {
        delivery.IsSettling = true;
        var inHand = Interlocked.Decrement(ref _inHand);
        MakeRoom(delivery, inHand);
        var mayLinger = inHand > 0 && (!_lanes.IsOrdered || delivery.NextInLane is not null);
        _settlements.Post(new(delivery.Envelope, Settlement.Ack), 0, delivery, _onAcknowledged, mayLinger);
    }

    // What is only to be acknowledged makes room, lest the source be asked no sooner than it has answered; for as much again, and no more.
    private void MakeRoom(Delivery delivery, int inHand)
    {
        if (InFlight - inHand <= _prefetch && Volatile.Read(ref _settlingBytes) < _options.PrefetchBytes)
        {
            Interlocked.Add(ref _settlingBytes, delivery.HeldBytes);
            delivery.HasMadeRoom = true;
            _room.Exit(1, delivery.HeldBytes);
        }
    }

    // Not awaited by the worker: the next message need not wait for the broker's word on this one. The lease is kept until then.
    private void OnAcknowledged(Delivery delivery, Exception? failure)
    {
        _leases?.Release(delivery);
        if (failure is null)
        {
            _history?.Forget(delivery.MessageId);
            _observers.Acknowledged(delivery);
        }
        else
        {
            ReportNotSettled(delivery, "acknowledged", failure);
        }

        Release(delivery);
    }

    // A message that failed comes again: from its source, or from here where the source does not deliver again.
    private async ValueTask ReturnAsync(DeliveryWorker worker, Delivery delivery, Exception failure)
    {
        var delay = TimeSpan.Zero;
        if (_isStopping && failure is OperationCanceledException)
        {
            LogLetGo(_logger, delivery.MessageId, Name);
        }
        else if (!delivery.IsLeaseLost)
        {
            delay = delivery.RedeliverAfter ?? Redelivery.DelayAfter(delivery.DeliveryCount, failure);
            delay = delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
            if (failure is not MessageDeferredException)
            {
                _history?.AddFailed(delivery.MessageId);
            }

            Report(delivery, failure, delay);
        }

        List<Delivery> tail = [];
        lock (_lock)
        {
            worker.End(delivery);
            if (_sourceRedelivers || _isStopping)
            {
                tail = _lanes.TakeTail(delivery);
            }
            else if (delivery.IsAskedFor || delivery.IsLeaseLost)
            {
                // What was asked for with it has gone before. Those behind it have come later, or from elsewhere, and nobody would deliver them again.
                _lanes.Complete(delivery);
            }
            else
            {
                Postpone(delivery, ((RepeatableDelivery)delivery).Again(hasFailed: failure is not MessageDeferredException), delay);
                return;
            }
        }

        // Those of its key that wait behind it go first, and of them the last one, so that none can overtake.
        await ReturnUnhandledAsync(tail).ConfigureAwait(false);
        if (delivery.IsLeaseLost)
        {
            Release(delivery);
            return;
        }

        await GiveBackAsync(delivery, delay).ConfigureAwait(false);
    }

    private void Report(Delivery delivery, Exception failure, TimeSpan delay)
    {
        if (failure is MessageDeferredException)
        {
            LogDeferred(_logger, delivery.MessageId, Name, delay, failure.Message);
        }
        else
        {
            LogReturned(_logger, delivery.MessageId, Name, delivery.DeliveryCount, delay, failure);
        }

        MessagingDiagnostics.Returned.Add(1, _metrics.Tag);
        _observers.Returned(delivery, failure);
    }

    private async Task ReturnUnhandledAsync(List<Delivery> deliveries)
    {
        if (deliveries.Count == 0)
        {
            return;
        }

        var returns = new Task[deliveries.Count];
        for (var i = 0; i < returns.Length; i++)
        {
            var delivery = deliveries[^(i + 1)];
            if (delivery.IsLeaseLost)
            {
                Release(delivery);
                returns[i] = Task.CompletedTask;
                continue;
            }

            _history?.AddUnhandled(delivery.MessageId);
            returns[i] = GiveBackAsync(delivery, TimeSpan.Zero).AsTask();
        }

        await Task.WhenAll(returns).ConfigureAwait(false);
    }

    private async ValueTask GiveBackAsync(Delivery delivery, TimeSpan delay)
    {
        if (_leases is not null)
        {
            await _leases.ReleaseForReturnAsync(delivery).ConfigureAwait(false);
        }

        try
        {
            if (!delivery.IsLeaseLost)
            {
                await _settlements.AddAsync(new(delivery.Envelope, Settlement.Nack(delay)), 0, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            ReportNotSettled(delivery, "returned", exception);
        }

        Release(delivery);
    }

    private void ReportNotSettled(Delivery delivery, string settled, Exception failure)
    {
        LogNotSettled(_logger, delivery.MessageId, Name, settled, failure);
        MessagingDiagnostics.SettlementFailures.Add(1, _metrics.Tag);
    }

    private ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken) => _receiver.SettleAsync(batch, cancellationToken);

    private void Release(Delivery delivery)
    {
        MessagingDiagnostics.InFlight.Add(-1, _metrics.Tag);
        if (delivery.HasMadeRoom)
        {
            Interlocked.Add(ref _settlingBytes, -delivery.HeldBytes);
        }
        else
        {
            _room.Exit(1, delivery.HeldBytes);
        }

        if (!delivery.IsSettling)
        {
            Interlocked.Decrement(ref _inHand);
        }

        if (Interlocked.Decrement(ref _held) == 0 && _hasReturned)
        {
            _allReleased.TrySetResult();
        }
    }

    private void OnLeaseLost(Delivery delivery)
    {
        MessagingDiagnostics.LeasesLost.Add(1, _metrics.Tag);
        lock (_lock)
        {
            // Either the worker that takes it sees the mark, or this sees the worker.
            delivery.IsLeaseLost = true;
            delivery.Worker?.Cancel(delivery);
        }
    }

    private async Task ReturnWaitingAsync()
    {
        List<Delivery> waiting;
        lock (_lock)
        {
            _hasReturned = true;
            waiting = _lanes.Take(InHand, static _ => true);
        }

        await ReturnUnhandledAsync(waiting).ConfigureAwait(false);
    }

    private async Task FinishHandlingAsync(CancellationToken deadline)
    {
        if (await EndsAsync(AllIdle(), deadline).ConfigureAwait(false))
        {
            return;
        }

        LogCancelling(_logger, Name, Handling);
        lock (_lock)
        {
            foreach (var worker in _workers)
            {
                if (worker.Current is { } delivery)
                {
                    worker.Cancel(delivery);
                }
            }
        }

        using var grace = new CancellationTokenSource(StopGrace, _time);
        if (!await EndsAsync(AllIdle(), grace.Token).ConfigureAwait(false))
        {
            LogAbandoned(_logger, Name, Handling);
        }
    }

    private Task AllIdle()
    {
        lock (_lock)
        {
            return _idle.Count == _workers.Count ? Task.CompletedTask : _allIdle.Task;
        }
    }

    private static async Task<bool> EndsAsync(Task task, CancellationToken deadline)
    {
        await task.WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of {Consumer} failed at delivery {Deliveries}; it comes again in {Delay}.")]
    private static partial void LogReturned(ILogger logger, string messageId, string consumer, int deliveries, TimeSpan delay, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Message {MessageId} of {Consumer} cannot be handled yet and comes again in {Delay}: {Reason}")]
    private static partial void LogDeferred(ILogger logger, string messageId, string consumer, TimeSpan delay, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The handler of message {MessageId} of {Consumer} was cancelled for the stop; the message goes back.")]
    private static partial void LogLetGo(ILogger logger, string messageId, string consumer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of {Consumer} could not be {Settled}; it comes again when its lease ends.")]
    private static partial void LogNotSettled(ILogger logger, string messageId, string consumer, string settled, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} has {Handling} messages in hand at the deadline of its stop; cancelling their handlers.")]
    private static partial void LogCancelling(ILogger logger, string consumer, int handling);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} stops while {Handling} handlers do not react to cancellation; their messages come again when their leases end.")]
    private static partial void LogAbandoned(ILogger logger, string consumer, int handling);
}
