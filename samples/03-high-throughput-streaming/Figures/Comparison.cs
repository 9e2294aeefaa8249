using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HighThroughputStreaming;

/// <summary>The same readings with each choice of a key, side by side.</summary>
internal sealed class Comparison(IReadOnlyList<Summary> runs)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsReconciled => runs.All(run => run.IsReconciled);

    public string ToJson() => JsonSerializer.Serialize(new { reconciled = IsReconciled, runs = runs.Select(run => run.ToRecord()) }, Indented);

    public override string ToString()
    {
        var text = new StringBuilder().AppendLine();
        text.AppendLine("partitioning   messages/s   fullest partition    p50        p99   overtaken     late   order that is kept");
        foreach (var run in runs)
        {
            var order = run.Partitioning switch
            {
                Partitioning.Device => "within a device",
                Partitioning.Site => "within a site, and so within a device",
                Partitioning.Salted => "within a device, but for the hot ones",
                _ => "none",
            };
            var fullest = run.Imbalance is { } imbalance ? string.Create(CultureInfo.InvariantCulture, $"{imbalance:N2} x its share") : "-";
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{run.Partitioning.ToString().ToLowerInvariant(),-12}{run.Rate,13:N0}{fullest,20}{Summary.Milliseconds(run.Median),10}{Summary.Milliseconds(run.Slowest),11}{run.Overtaken,12:N0}{run.Late,9:N0}   {order}");
        }

        text.AppendLine().Append(IsReconciled ? $"RECONCILED: all {runs.Count} runs." : "NOT RECONCILED: see the run above that says why.");
        return text.ToString();
    }
}
