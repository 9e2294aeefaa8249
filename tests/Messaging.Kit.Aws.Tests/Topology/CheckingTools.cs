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
        // Whatever is on the path may be older than what AWS has by now, and call that wrong.
        var command = Environment.GetEnvironmentVariable(variable)?.Split(' ');
        Assert.SkipWhen(command is null, $"{variable} is not set: pip install --upgrade {tool}, and set it to the command.");
        using var process = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(input.AsMemory(), TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
    }
}
