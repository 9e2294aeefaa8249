using System.ComponentModel;
using System.Diagnostics;

namespace Messaging.Kit.Aws.Tests.Topology;

/// <summary>Command line tools that check documents; environment variables name the commands.</summary>
internal static class CheckingTools
{
    /// <summary>Checks a template; the test is skipped where there is no cfn-lint.</summary>
    public static async Task AssertNoFindingsOfCfnLintAsync(string template)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.json");
        await File.WriteAllTextAsync(path, template, TestContext.Current.CancellationToken);
        try
        {
            await RunAsync("CFN_LINT", "cfn-lint", ["--", path], "");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Checks a policy; the test is skipped where there is no parliament.</summary>
    public static Task AssertNoFindingsOfParliamentAsync(string policy) => RunAsync("PARLIAMENT", "parliament", [], policy);

    private static async Task RunAsync(string variable, string tool, string[] arguments, string input)
    {
        // A command with arguments of its own may be given, such as "python3 -m cfnlint".
        var command = (Environment.GetEnvironmentVariable(variable) ?? tool).Split(' ');
        using var process = Start(new(command[0], [.. command[1..], .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
        Assert.SkipWhen(process is null, $"There is no {tool}: pip install {tool}, or set {variable} to the command.");
        await process.StandardInput.WriteAsync(input.AsMemory(), TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
