namespace HighThroughputStreaming;

/// <summary>
/// Tumbling windows of event time: which window a reading belongs to, and when that window is closed. The watermark of a device says
/// "nothing older is waited for": it runs behind the newest reading by the allowed lateness. Each device has its own, so that one that
/// was offline, or whose partition is behind, makes nobody else's readings late.
/// </summary>
/// <remarks>All times are milliseconds since 1970. Depends on nothing but the readings: the same ones, in the same order, give the same windows.</remarks>
internal sealed class Windowing(TimeSpan size, TimeSpan lateness)
{
    /// <summary>The watermark of a device that has sent nothing yet.</summary>
    public const long Nothing = long.MinValue;

    private readonly long _size = (long)size.TotalMilliseconds;
    private readonly long _lateness = (long)lateness.TotalMilliseconds;

    /// <summary>Where the window of a reading begins.</summary>
    public long StartOf(long time) => time - (((time % _size) + _size) % _size);

    /// <summary>The watermark, when this is the newest reading.</summary>
    public long WatermarkOf(long newest) => newest == Nothing ? Nothing : newest - _lateness;

    /// <summary>Whether a reading comes when its window has been closed.</summary>
    public bool IsLate(long time, long watermark) => StartOf(time) < ClosedBefore(watermark);

    /// <summary>All windows that begin before this are closed.</summary>
    public long ClosedBefore(long watermark) => watermark == Nothing ? Nothing : StartOf(watermark);
}
