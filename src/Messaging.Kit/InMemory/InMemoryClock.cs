namespace Messaging.Kit.InMemory;

/// <summary>The broker's clock: ticks of 100 ns since the broker was made, which no change of the wall clock touches.</summary>
/// <param name="time">Where time comes from.</param>
internal sealed class InMemoryClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeProvider Time { get; } = time;

    public long Now => Time.GetElapsedTime(_start).Ticks;

    /// <summary>A time from now on, without overflow.</summary>
    public static long After(long now, long ticks) => ticks > long.MaxValue - now ? long.MaxValue : now + ticks;
}
