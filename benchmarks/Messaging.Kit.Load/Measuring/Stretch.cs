using System.Diagnostics;

namespace Messaging.Kit.Load.Measuring;

/// <summary>A stretch of work that is measured, from when it is made until its end.</summary>
internal sealed class Stretch
{
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _pause = GC.GetTotalPauseDuration();
    private readonly int _gen0 = GC.CollectionCount(0), _gen1 = GC.CollectionCount(1), _gen2 = GC.CollectionCount(2);
    private readonly IReadOnlyDictionary<string, long> _calls = ApiCalls.Take();
    private readonly long _bytes;
    private readonly long _started;

    public Stretch()
    {
        MemoryWatch.Begin();
        _bytes = GC.GetTotalAllocatedBytes(precise: true);
        _started = Stopwatch.GetTimestamp();
    }

    public Measurement End(long messages)
    {
        var (seconds, cpu, bytes) = (Stopwatch.GetElapsedTime(_started).TotalSeconds, Environment.CpuUsage.TotalTime - _cpu, GC.GetTotalAllocatedBytes(precise: true) - _bytes);
        return new(
            messages,
            seconds,
            cpu.TotalMicroseconds,
            bytes,
            GC.CollectionCount(0) - _gen0,
            GC.CollectionCount(1) - _gen1,
            GC.CollectionCount(2) - _gen2,
            (GC.GetTotalPauseDuration() - _pause).TotalMilliseconds,
            MemoryWatch.End(),
            ApiCalls.Since(_calls));
    }
}
