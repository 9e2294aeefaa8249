using System.Diagnostics;
using System.Globalization;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>A process of the soak, with a log of its own.</summary>
internal sealed class Member : IDisposable
{
    private readonly Process _process;

    private Member(int number, Process process) => (Number, _process) = (number, process);

    public int Number { get; }

    /// <summary>When it was killed, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long? KilledAt { get; private set; }

    public bool HasEnded => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public static Member Start(string role, Settings settings)
    {
        // The shell only sends the output to a file; the process takes its place, and so its id.
        string[] command = [Environment.ProcessPath!, role, .. settings.ToArguments()];
        var log = Path.Combine(settings.Folder, $"{role}-{settings.Number}.log");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$0\" \"$@\" >'{log}' 2>&1", .. command]);
        return new(settings.Number, Process.Start(start)!);
    }

    public void Kill()
    {
        // Read before: what it handles until it is dead has its own time.
        KilledAt = Stopwatch.GetTimestamp();
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it where it is.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>Lets it go on as if nothing had been.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Asks it to leave.</summary>
    /// <returns>How long that took, or <see langword="null"/> when it did not.</returns>
    public async Task<TimeSpan?> StopAsync(TimeSpan atMost)
    {
        var clock = Stopwatch.StartNew();
        Signal("TERM");
        using var patience = new CancellationTokenSource(atMost);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return clock.Elapsed;
        }
        catch (OperationCanceledException)
        {
            Kill();
            return null;
        }
    }

    public Task EndAsync() => _process.WaitForExitAsync();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
