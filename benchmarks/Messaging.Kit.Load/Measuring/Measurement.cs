namespace Messaging.Kit.Load.Measuring;

/// <summary>What a stretch of work cost this process.</summary>
internal sealed record Measurement(
    long Messages,
    double Seconds,
    double CpuMicroseconds,
    long Bytes,
    int Gen0,
    int Gen1,
    int Gen2,
    double PauseMilliseconds,
    long PeakMemory,
    IReadOnlyDictionary<string, long> Calls)
{
    public double PerSecond => Messages / Seconds;

    public double CpuPerMessage => CpuMicroseconds / Messages;

    public double BytesPerMessage => (double)Bytes / Messages;

    /// <summary>Calls of AWS's API for 1,000 messages.</summary>
    /// <param name="kind">How the operation's name begins, such as <c>Delete</c>; all of them unless given.</param>
    public double CallsPerThousand(string kind = "") =>
        Calls.Where(call => call.Key.StartsWith(kind, StringComparison.Ordinal)).Sum(call => call.Value) * 1000.0 / Messages;
}
