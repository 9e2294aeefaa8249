using System.Diagnostics;
using HdrHistogram;

namespace Messaging.Kit.Load.Measuring;

/// <summary>
/// How long messages took, from when they should have been published: a publisher that is held up does not hide the time that its messages
/// waited. Right to a thousandth, up to an hour.
/// </summary>
internal sealed class Latencies
{
    private const long LongestMicroseconds = 3_600_000_000;
    private const int Digits = 3;
    private readonly LongConcurrentHistogram _microseconds = new(1, LongestMicroseconds, Digits);

    public long Count => _microseconds.TotalCount;

    /// <param name="due">When the message should have been published, in ticks of <see cref="Stopwatch"/>.</param>
    public void Add(long due) =>
        _microseconds.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(due).TotalMicroseconds, 1, LongestMicroseconds));

    /// <summary>The time that the given share of messages stayed below.</summary>
    public double Milliseconds(double percent) => _microseconds.GetValueAtPercentile(percent) / 1000.0;
}
