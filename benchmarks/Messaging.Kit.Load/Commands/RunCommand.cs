using Messaging.Kit.Load.Reports;
using Messaging.Kit.Load.Transports;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Commands;

/// <summary>Puts load on one transport and reports.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        await using var transport = LoadTransport.Open(options);
        var run = await new Runner(options, transport, cancellationToken).RunAsync();
        var report = new RunReport(run);
        Console.WriteLine();
        Console.Write(report.ToMarkdown());
        await Files.SaveAsync(options.Json, Figures.ToJson(report.ToRecord()));
        await Files.SaveAsync(options.Markdown, report.ToMarkdown());
        if (options.Svg is { } svg)
        {
            Plots.Save(run, svg);
        }

        return run.Books.IsReconciled ? ExitCodes.Reconciled : ExitCodes.NotReconciled;
    }
}
