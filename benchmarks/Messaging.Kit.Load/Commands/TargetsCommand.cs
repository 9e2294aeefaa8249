using Messaging.Kit.Load.Reports;
using Messaging.Kit.Load.Targets;

namespace Messaging.Kit.Load.Commands;

/// <summary>Runs the table of targets and says of each what is reached, and what bounds it.</summary>
internal static class TargetsCommand
{
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var runs = new TargetRuns(options, cancellationToken);
        await runs.RunAsync();
        await new Flatness(options, cancellationToken).AddAsync(runs);
        var report = new TargetsReport(runs.Targets, options.IsQuick);
        Console.WriteLine();
        Console.Write(report.ToMarkdown());
        await Files.SaveAsync(options.Json, Figures.ToJson(report.ToRecord()));
        await Files.SaveAsync(options.Markdown, report.ToMarkdown());
        return runs.IsReconciled ? ExitCodes.Reconciled : ExitCodes.NotReconciled;
    }
}
