using Messaging.Kit.Messages;

namespace Messaging.Kit.Consuming;

// What a source that does not deliver again leaves to its consumer: the next delivery of what failed, and giving up what it asks for.
internal sealed partial class MessageConsumer
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private IEnumerable<Delivery> InHand => _workers.Select(worker => worker.Current).OfType<Delivery>();

    public void Release(Func<ReceivedEnvelope, bool> which) =>
        _ = ReturnUnhandledAsync(TakeBack(which, inHand => inHand.IsAskedFor = true));

    public void Abandon(Func<ReceivedEnvelope, bool> which)
    {
        var waiting = TakeBack(which, inHand =>
        {
            inHand.IsLeaseLost = true;
            inHand.Worker?.Cancel(inHand);
        });
        foreach (var delivery in waiting)
        {
            delivery.IsLeaseLost = true;
            Release(delivery);
        }
    }

    // Takes those out that have not been started, and marks those that have.
    private List<Delivery> TakeBack(Func<ReceivedEnvelope, bool> which, Action<Delivery> mark)
    {
        lock (_lock)
        {
            var waiting = _lanes.Take(InHand, delivery => which(delivery.Envelope));
            foreach (var delivery in InHand.Where(delivery => which(delivery.Envelope)))
            {
                mark(delivery);
            }

            return waiting;
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
            WakeWorker();
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
