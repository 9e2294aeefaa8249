namespace Messaging.Kit.InMemory;

/// <summary>
/// One timer that rings at the earliest of the times it was asked for. Who is woken finds out what is due and asks again, so a
/// ring too early does no harm and nothing is ever cancelled.
/// </summary>
internal sealed class Alarm
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly InMemoryClock _clock;
    private readonly Action _ring;
    private ITimer? _timer;
    private long _due = long.MaxValue;

    public Alarm(InMemoryClock clock, Action ring) => (_clock, _ring) = (clock, ring);

    /// <summary>Rings at this time at the latest. Not to be called under a lock that <c>ring</c> takes: a test's clock rings at once.</summary>
    /// <param name="due">Ticks of the broker's clock.</param>
    public void RingAt(long due)
    {
        lock (_gate)
        {
            if (due >= _due)
            {
                return;
            }

            _due = due;
            _timer ??= CreateTimer();
            // Timers count in whole milliseconds; rounded down, one would ring too early again and again.
            var wait = TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(Math.Max(0, due - _clock.Now)).TotalMilliseconds));
            _timer.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }

    private ITimer CreateTimer()
    {
        // The timer lives as long as the queue and must not keep the context of whoever happened to wait first.
        using (ExecutionContext.SuppressFlow())
        {
            return _clock.Time.CreateTimer(static alarm => ((Alarm)alarm!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Ring()
    {
        lock (_gate)
        {
            _due = long.MaxValue;
        }

        _ring();
    }
}
