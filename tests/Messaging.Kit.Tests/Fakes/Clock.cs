using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>Time that stands still until the test moves it, and knows who waits for it.</summary>
internal sealed class Clock() : FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero))
{
    private readonly ConcurrentDictionary<Alarm, TimeSpan> _pending = new();

    // A wait that is seen is set: who sees it too early moves the clock before it.
    private readonly Lock _setting = new();

    /// <summary>The waits that are set now.</summary>
    public ICollection<TimeSpan> Waits
    {
        get
        {
            lock (_setting)
            {
                return _pending.Values;
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this);
        alarm.Inner = base.CreateTimer(
            _ =>
            {
                if (period == Timeout.InfiniteTimeSpan)
                {
                    _pending.TryRemove(alarm, out TimeSpan _);
                }

                callback(state);
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Awaits that somebody waits, so that moving the clock cannot come too early.</summary>
    public async Task<TimeSpan> Wait(Func<TimeSpan, bool>? matches = null)
    {
        await Fakes.Wait.Until(() => Waits.Any(wait => matches?.Invoke(wait) ?? true), "somebody waits for the clock");
        return Waits.Where(wait => matches?.Invoke(wait) ?? true).Min();
    }

    /// <summary>Awaits that somebody waits, and lets the shortest wait pass.</summary>
    public async Task<TimeSpan> Pass(Func<TimeSpan, bool>? matches = null)
    {
        var wait = await Wait(matches);
        Advance(wait);
        return wait;
    }

    /// <summary>Awaits a task, and lets time pass only when it does not end without.</summary>
    public async Task PassUntil(Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(200), Fakes.Wait.Stop));
        for (var rounds = 0; !task.IsCompleted; rounds++)
        {
            Assert.True(rounds < 1000, $"'{what}' has not ended in {rounds / 10} s of the clock.");
            Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(2), Fakes.Wait.Stop));
        }

        await task;
    }

    private sealed class Alarm(Clock clock) : ITimer
    {
        public ITimer Inner { get; set; } = null!;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._setting)
            {
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    clock._pending.TryRemove(this, out TimeSpan _);
                }
                else
                {
                    clock._pending[this] = dueTime;
                }

                return Inner.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            clock._pending.TryRemove(this, out TimeSpan _);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
