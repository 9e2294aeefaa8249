using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Messaging.Kit.Samples.Tests;

/// <summary>A sample as a process of its own, as its users run it.</summary>
internal sealed class SampleProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task _reading;
    private readonly StringBuilder _output = new();

    private SampleProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} does not start.");
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written so far, on both of its outputs.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a sample.</summary>
    /// <param name="assembly">The folder of the sample and the name of its assembly, such as <c>01-message-queue/MessageQueue</c>.</param>
    /// <param name="arguments">The arguments, separated by spaces.</param>
    public static SampleProcess Start(string assembly, string arguments)
    {
        var about = typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(attribute => attribute.Key, attribute => attribute.Value);
        var path = Path.Combine(about["Samples"]!, Path.GetDirectoryName(assembly)!, about["Output"]!, $"{Path.GetFileName(assembly)}.dll");
        var start = new ProcessStartInfo("dotnet", [path, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new SampleProcess(start);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            await _reading;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It has not come to an end after {Patience}. It says:{Environment.NewLine}{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>SIGKILL: nothing of it runs any more, no handler, no finally.</summary>
    public async Task KillAsync()
    {
        Assert.False(HasExited, $"It has ended before it could be killed. It says:{Environment.NewLine}{Output}");
        _process.Kill();
        await WaitAsync();
    }

    /// <summary>SIGTERM, which stops a host as Ctrl+C does. SIGINT itself is ignored by all that a shell has started in its background.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
