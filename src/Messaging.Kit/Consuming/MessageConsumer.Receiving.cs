using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Consuming;

internal sealed partial class MessageConsumer
{
    private async Task ReceiveAsync(int index)
    {
        var failures = 0;
        var wasFull = index == 0;
        while (!_receiving.IsCancellationRequested)
        {
            try
            {
                // Further receivers join only while the calls of others come back full.
                if (!wasFull && index > 0)
                {
                    await _demand.WaitAsync(_receiving.Token).ConfigureAwait(false);
                }

                wasFull = await ReceiveOnceAsync().ConfigureAwait(false);
                failures = 0;
                if (wasFull && _demand.CurrentCount == 0)
                {
                    _demand.Release();
                }
            }
            catch (Exception) when (_receiving.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                wasFull = false;
                await BackOffAsync(exception, ++failures).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> ReceiveOnceAsync()
    {
        var batchCount = Math.Min(_receiver.Limits.BatchCount, _prefetch);

        // Room for a full batch is worth a call; a call for each message that leaves is not. But every hand finds another message meanwhile, or half of what may wait does.
        var spare = _prefetch - _options.Concurrency;
        var worth = Math.Clamp(Math.Max(spare - _options.Concurrency, spare / 2), 1, batchCount);
        var slots = await _room.EnterAsync(worth, batchCount, _receiving.Token).ConfigureAwait(false);
        IReadOnlyList<ReceivedEnvelope> received = [];
        var started = _time.GetTimestamp();
        try
        {
            received = await _receiver.ReceiveAsync(slots, _receiving.Token).ConfigureAwait(false);
            _metrics.Received(received.Count, null, _time.GetElapsedTime(started));
            _hasAnswered = true;
            if (LastFailure is not null)
            {
                LastFailure = null;
                LogReconnected(_logger, Name, Source);
            }

            Take(received);
            if (received.Count == 0 && _time.GetElapsedTime(started) < LeastPoll)
            {
                // A source that does not wait for messages: asking it again at once, and again, would cost a core or a bill.
                await Task.Delay(LeastPoll, _time, _receiving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return received.Count == slots;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _metrics.Received(0, exception, _time.GetElapsedTime(started));
            throw;
        }
        finally
        {
            _room.GiveBack(slots - received.Count);
        }
    }

    private async ValueTask BackOffAsync(Exception failure, int failures)
    {
        LastFailure = failure;
        var delay = ReconnectBackOff.DelayAfter(failures);
        LogFault(_logger, Name, Source, failures, delay, failure);
        await Task.Delay(delay, _time, _receiving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Take(IReadOnlyList<ReceivedEnvelope> received)
    {
        var count = received.Count;
        if (count == 0)
        {
            return;
        }

        var now = _time.GetTimestamp();
        List<Delivery>? takenBack = null;
        lock (_lock)
        {
            if (_hasReturned)
            {
                return; // a receive that did not react to the stop: what it brought comes again when its lease ends
            }

            Interlocked.Add(ref _held, count);
            Interlocked.Add(ref _inHand, count);
            MessagingDiagnostics.InFlight.Add(count, _metrics.Tag);
            long bytes = 0;
            for (var i = 0; i < count; i++)
            {
                var delivery = _sourceRedelivers ? new Delivery(received[i], _origin, now) : new RepeatableDelivery(received[i], _origin, now);
                if (_history is not null)
                {
                    delivery.CountBy(_history.Of(delivery.MessageId));
                }

                bytes += delivery.HeldBytes;
                if (received[i].IsTakenBack)
                {
                    (takenBack ??= []).Add(delivery);
                    continue;
                }

                _leases?.Keep(delivery);
                _lanes.Add(delivery);
            }

            _room.Measure(count, bytes);
            WakeWorker();
        }

        // Taken back on its way here: whoever asked for it has not found it in the lanes.
        if (takenBack is not null)
        {
            _ = ReturnUnhandledAsync(takenBack);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} cannot receive from {Source} (failure {Failures} in a row); trying again in {Delay}.")]
    private static partial void LogFault(ILogger logger, string consumer, TransportEndpoint source, int failures, TimeSpan delay, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Consumer} receives from {Source} again.")]
    private static partial void LogReconnected(ILogger logger, string consumer, TransportEndpoint source);
}
