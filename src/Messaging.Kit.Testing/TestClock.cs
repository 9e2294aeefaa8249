using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>Measures time as a channel's broker has it.</summary>
internal sealed class TestClock
{
    // Brokers count in milliseconds and start counting when they have read the request.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly long _start;

    private TestClock(TimeProvider time) => (_time, _start) = (time, time.GetTimestamp());

    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Begins to measure: before the call that the time counts from, so that it is never measured too short.</summary>
    public static TestClock Start(TransportChannel channel) => new(channel.Time);

    /// <summary>Fails when less time has passed.</summary>
    public void AssertAtLeast(TimeSpan time, string what)
    {
        var elapsed = Elapsed;
        Assert.True(elapsed >= time - Grain, $"{what} after {elapsed.TotalSeconds:0.00} s, and should not have before {time.TotalSeconds:0.00} s.");
    }
}
