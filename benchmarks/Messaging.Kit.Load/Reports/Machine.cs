using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace Messaging.Kit.Load.Reports;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    public static string Processor { get; } = ReadProcessor();

    public static object ToRecord() => new
    {
        processor = Processor,
        cores = Environment.ProcessorCount,
        memoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        os = RuntimeInformation.OSDescription,
        runtime = RuntimeInformation.FrameworkDescription,
        serverGc = GCSettings.IsServerGC,
        loadAverage = LoadAverage(),
    };

    public static string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):N1} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}{LoadText()}");

    // How busy the machine was with everything, this included; a sceptical reader wants to know.
    private static double? LoadAverage() =>
        File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : null;

    private static string LoadText() => LoadAverage() is { } load ? string.Create(CultureInfo.InvariantCulture, $", load average {load:N1} at the end") : "";

    private static string ReadProcessor()
    {
        const string Name = "model name";
        return File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
