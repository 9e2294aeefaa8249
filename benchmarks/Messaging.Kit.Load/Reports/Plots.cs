using Messaging.Kit.Load.Measuring;
using Messaging.Kit.Load.Work;
using ScottPlot;

namespace Messaging.Kit.Load.Reports;

/// <summary>A run as pictures: the rates of all contenders with every round, and how the latencies are spread.</summary>
internal static class Plots
{
    private const int Width = 1000, Height = 450;

    /// <summary>From the median to the slowest in a thousand thousand: the tail is what users feel.</summary>
    private static readonly double[] Percentiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999];

    public static void Save(RunResult run, string file)
    {
        Rates(run).SaveSvg(file, Width, Height);
        if (run.LatencyRate > 0)
        {
            Latency(run).SaveSvg(Path.ChangeExtension(file, null) + "-latency.svg", Width, Height);
        }
    }

    private static Plot Rates(RunResult run)
    {
        var plot = new Plot();
        var ticks = new List<Tick>();
        var position = 0.0;
        foreach (var (what, of) in new (string What, Func<Rounds, IReadOnlyList<Measurement>> Of)[] { ("publish", rounds => rounds.Publish), ("consume", rounds => rounds.Consume) })
        {
            foreach (var (number, rounds) in run.Contenders.Index().Where(contender => of(contender.Item).Count > 0))
            {
                double[] rates = [.. of(rounds).Select(measured => measured.PerSecond)];
                plot.Add.Bar(position, Median.Of(rates)).Color = Color.FromHex(number == 0 ? "#2b6cb0" : "#a0aec0");
                plot.Add.ScatterPoints([.. rates.Select(_ => position)], rates, Colors.Black);
                ticks.Add(new(position++, $"{rounds.Contender.Name.Replace(", ", "\n", StringComparison.Ordinal)}\n{what}"));
            }

            position++;
        }

        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. ticks]);
        plot.Axes.Margins(bottom: 0);
        plot.Title($"{RunReport.Name(run.Options.Transport)}, {run.Size} bytes: medians, and every round");
        plot.YLabel("messages per second");
        return plot;
    }

    private static Plot Latency(RunResult run)
    {
        var plot = new Plot();
        double[] places = [.. Percentiles.Select((_, number) => (double)number)];
        plot.Add.Scatter(places, [.. Percentiles.Select(percent => Math.Log10(run.Latencies.Milliseconds(percent)))]);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. Percentiles.Select((percent, number) => new Tick(number, $"{percent}"))]);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = power => $"{Math.Pow(10, power):0.##}" };
        plot.Title($"{RunReport.Name(run.Options.Transport)}: latency at {run.LatencyRate:N0} msg/s, from when a message was due");
        plot.XLabel("percentile");
        plot.YLabel("milliseconds, logarithmic");
        return plot;
    }
}
