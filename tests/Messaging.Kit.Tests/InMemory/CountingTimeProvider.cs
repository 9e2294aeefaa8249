using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Tests.InMemory;

/// <summary>A clock that the test moves and that counts its timers, which can be late.</summary>
internal sealed class CountingTimeProvider : TimeProvider
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<CountingTimer> _timers = [];

    public int Created => _timers.Count;

    public int Armed => _timers.Count(timer => timer.IsArmed);

    /// <summary>Whether timers that are due do not ring.</summary>
    public bool TimersAreLate { get; set; }

    public override long TimestampFrequency => _time.TimestampFrequency;

    public void Advance(TimeSpan time) => _time.Advance(time);

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountingTimer();
        timer.Inner = _time.CreateTimer(
            inner =>
            {
                if (!TimersAreLate)
                {
                    timer.IsArmed = false;
                    callback(inner);
                }
            },
            state,
            dueTime,
            period);
        _timers.Add(timer);
        return timer;
    }

    private sealed class CountingTimer : ITimer
    {
        public ITimer Inner { get; set; } = null!;

        public bool IsArmed { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            IsArmed = dueTime != Timeout.InfiniteTimeSpan;
            return Inner.Change(dueTime, period);
        }

        public void Dispose() => Inner.Dispose();

        public ValueTask DisposeAsync() => Inner.DisposeAsync();
    }
}
