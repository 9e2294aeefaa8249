using System.Globalization;
using System.Text;
using Messaging.Kit.Load.Targets;

namespace Messaging.Kit.Load.Reports;

/// <summary>The table of targets: as JSON for scripts, as Markdown for people.</summary>
internal sealed class TargetsReport(IReadOnlyList<Target> targets, bool isQuick)
{
    public object ToRecord() => new
    {
        quick = isQuick,
        targets = targets.Select(target => new
        {
            name = target.Name,
            target = Figures.Round(target.Goal),
            atMost = target.IsMost,
            unit = target.Unit,
            measured = Figures.Round(target.Measured),
            ratio = Figures.Round(target.Ratio, 3),
            met = target.IsMeasured ? target.IsMet : (bool?)null,
            boundBy = target.BoundBy,
            endpoint = target.Endpoint,
        }),
        started = DateTimeOffset.UtcNow,
        machine = Machine.ToRecord(),
    };

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| | target | measured | ratio | | bound by | endpoint |\n|---|---:|---:|---:|---|---|---|\n");
        foreach (var target in targets)
        {
            text.Append(target.IsMeasured
                ? $"| {target.Name} | {(target.IsMost ? "≤ " : "")}{Show(target.Goal)} {target.Unit} | {Show(target.Measured)} | {Show(target.Ratio)} | {(target.IsMet ? "met" : "**not met**")} | {target.BoundBy} | {target.Endpoint} |\n"
                : $"| {target.Name} | {(target.IsMost ? "≤ " : "")}{Show(target.Goal)} {target.Unit} | | | not measured | {target.BoundBy} | {target.Endpoint} |\n");
        }

        text.Append('\n').Append(Machine.Describe()).Append(".\n");
        if (isQuick)
        {
            text.Append("\nA quick run: the numbers show that the tool works, and nothing else.\n");
        }

        return text.ToString();
    }

    private static string Show(double value) => value.ToString(value >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);
}
