using Messaging.Kit.Messages;

namespace Messaging.Kit.Consuming;

// What a source that does not deliver again leaves to its consumer: the next delivery of what failed, and giving up what it asks for.
internal sealed partial class MessageConsumer
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private IEnumerable<Delivery> InHand => _workers.Select(worker => worker.Current).OfType<Delivery>();

    public void Release(Func<ReceivedEnvelope, bool> which)
    {
        List<Delivery> waiting;
        lock (_lock)
        {
            waiting = _lanes.Take(InHand, delivery => which(delivery.Envelope));
            foreach (var delivery in InHand.Where(delivery => which(delivery.Envelope)))
            {
                delivery.IsAskedFor = true;
            }
        }

        _ = ReturnUnhandledAsync(waiting);
    }

    public void Abandon(Func<ReceivedEnvelope, bool> which)
    {
        List<Delivery> waiting;
        lock (_lock)
        {
            waiting = _lanes.Take(InHand, delivery => which(delivery.Envelope));
            foreach (var delivery in InHand.Where(delivery => which(delivery.Envelope)))
            {
                delivery.IsLeaseLost = true;
                delivery.Worker?.Cancel(delivery);
            }
        }

        foreach (var delivery in waiting)
        {
            delivery.IsLeaseLost = true;
            Release(delivery);
        }
    }

    // Under the lock.
    private void Postpone(Delivery failed, Delivery again, TimeSpan delay)
    {
        _lanes.Postpone(failed, again, _time.GetTimestamp() + (long)(Math.Min(delay.TotalSeconds, LongestWait.TotalSeconds * 365) * _time.TimestampFrequency));
        WakeDue();
    }

    private void WakeDue()
    {
        lock (_lock)
        {
            _lanes.WakeDue(_time.GetTimestamp());
            WakeWorkers();
            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (_lanes.NextDue is { } due)
        {
            // Timers count in whole milliseconds; rounded down, one would ring too early again and again.
            var wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, _time.GetElapsedTime(_time.GetTimestamp(), due).TotalMilliseconds)));
            _due.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }
}
