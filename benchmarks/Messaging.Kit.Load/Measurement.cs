using System.Diagnostics;

namespace Messaging.Kit.Load;

/// <summary>What a stretch of work cost this process.</summary>
internal sealed record Measurement(long Messages, double Seconds, double CpuMicroseconds, long Bytes)
{
    public double PerSecond => Messages / Seconds;

    public double CpuPerMessage => CpuMicroseconds / Messages;

    public double BytesPerMessage => (double)Bytes / Messages;

    public static async Task<Measurement> OfAsync(long messages, Func<Task> work)
    {
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var (cpu, bytes, started) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        await work();
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        return new(messages, elapsed.TotalSeconds, (process.TotalProcessorTime - cpu).TotalMicroseconds, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    public override string ToString() => $"{PerSecond,11:N0} msg/s {BytesPerMessage,8:N0} B/msg {CpuPerMessage,6:N2} µs CPU/msg";
}
