using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;

namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class TemplateTests
{
    [Fact]
    public async Task The_cluster_template_has_no_findings()
    {
        var samples = typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Samples").Value!;
        var template = Path.Combine(samples, "03-high-throughput-streaming", "msk.yaml");

        // A command with arguments of its own may be given, such as "python3 -m cfnlint".
        var command = (Environment.GetEnvironmentVariable("CFN_LINT") ?? "cfn-lint").Split(' ');
        using var lint = Start(new(command[0], [.. command[1..], "--", template]) { RedirectStandardOutput = true, RedirectStandardError = true });
        Assert.SkipWhen(lint is null, "There is no cfn-lint: pip install cfn-lint, or set CFN_LINT to the command.");
        var output = await lint.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await lint.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await lint.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(lint.ExitCode == 0, output);
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
