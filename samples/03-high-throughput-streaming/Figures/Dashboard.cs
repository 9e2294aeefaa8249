using System.Globalization;
using Messaging.Kit.Hosting;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace HighThroughputStreaming;

/// <summary>Shows the figures while the run goes on: a live table on a console, a line now and then where the output goes to a file.</summary>
internal sealed class Dashboard(Figures figures, Referee referee, Plan plan, Options options, Streams streams, MessageConsumers consumers) : BackgroundService
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private Look? _last;

    private string Target => options.Generates ? $" of {Show(plan.Count)}" : "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (options.IsVerbose)
            {
                await RepeatAsync(LineInterval, _ => { }, stoppingToken);
            }
            else if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
            {
                await AnsiConsole.Live(new Text("")).StartAsync(live => RepeatAsync(LiveInterval, look => live.UpdateTarget(Picture(look)), stoppingToken));
            }
            else
            {
                await RepeatAsync(LineInterval, WriteLine, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the run.
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Action<Look> show, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await figures.FlushAsync();
            show(await LookAsync(stoppingToken));
        }
    }

    private async Task<Look> LookAsync(CancellationToken stoppingToken)
    {
        var partitions = await PartitionsAsync(stoppingToken);
        var (at, published, handled) = (referee.Elapsed, figures[Streams.Readings, Figures.Published], figures[Streams.Readings, Figures.Handled]);
        var latency = figures.Latency.Take();
        var seconds = (at - (_last?.At ?? TimeSpan.Zero)).TotalSeconds;
        return _last = new Look(
            at,
            published,
            Rate(published - (_last?.Published ?? 0)),
            handled,
            Rate(handled - (_last?.Handled ?? 0)),
            partitions,
            Latency.Quantile(0.5, latency, _last?.Latency),
            Latency.Quantile(0.99, latency, _last?.Latency),
            figures[Streams.Results, Figures.Published],
            figures[Streams.Late, Figures.Published],
            figures[Streams.Anomalies, Figures.Published],
            figures[Streams.ReadingsDead, Figures.Handled],
            figures[Streams.Readings, Figures.Suppressed],
            streams.RebalancesOf(figures),
            latency);

        double Rate(long count) => seconds > 0 ? count / seconds : 0;
    }

    // A broker that does not answer must not stop the clock: what it does not say in time is shown as unknown.
    private async Task<IReadOnlyList<PartitionCounts>> PartitionsAsync(CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(Patience);
        try
        {
            return await streams.ReadPartitionsAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private Table Picture(Look look)
    {
        var progress = referee.Progress;
        var table = new Table()
            .Title($"[bold]{progress.Accepted:N0}[/]{Target} accepted, [bold]{progress.Handled:N0}[/] handled, [bold]{progress.DeadLettered:N0}[/] dead-lettered, {look.At.TotalSeconds:N0} s")
            .AddColumn("").AddColumn(new TableColumn("").RightAligned())
            .AddColumn("partition").AddColumn(new TableColumn("holds").RightAligned()).AddColumn(new TableColumn("lag").RightAligned());
        var left = look.Lines.ToList();
        for (var i = 0; i < Math.Max(left.Count, look.Partitions.Count); i++)
        {
            var (name, value) = i < left.Count ? left[i] : ("", "");
            table.AddRow([name, value, .. i < look.Partitions.Count ? Cells(look.Partitions[i]) : ["", "", ""]]);
        }

        foreach (var consumer in consumers.Where(consumer => consumer.LastFailure is not null))
        {
            table.Caption($"[red]{Markup.Escape($"{consumer.Name} is {consumer.State}: {consumer.LastFailure?.Message}")}[/]");
        }

        return table;

        static string[] Cells(PartitionCounts partition) => [Show(partition.Number), Show(partition.Messages), Show(partition.Lag)];
    }

    private void WriteLine(Look look) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{look.At.TotalSeconds,4:N0} s  {referee.Progress.Accepted:N0}{Target} accepted  {string.Join("  ", look.Lines.Select(line => $"{line.Name} {line.Value}"))}"));

    private static string Show(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record Look(
        TimeSpan At,
        long Published,
        double PublishRate,
        long Handled,
        double HandleRate,
        IReadOnlyList<PartitionCounts> Partitions,
        TimeSpan Median,
        TimeSpan Slowest,
        long Windows,
        long Late,
        long Anomalies,
        long DeadLettered,
        long Suppressed,
        long Rebalances,
        long[] Latency)
    {
        public IEnumerable<(string Name, string Value)> Lines =>
        [
            ("published", $"{Show(Published)} ({Show((long)PublishRate)}/s)"),
            ("handled", $"{Show(Handled)} ({Show((long)HandleRate)}/s)"),
            ("lag", Partitions.Count == 0 ? "?" : $"{Show(Partitions.Sum(partition => partition.Lag))} ({string.Join(' ', Partitions.Select(partition => Show(partition.Lag)))})"),
            ("p50", Summary.Milliseconds(Median)),
            ("p99", Summary.Milliseconds(Slowest)),
            ("windows", Show(Windows)),
            ("late", Show(Late)),
            ("anomalies", Show(Anomalies)),
            ("dead-lettered", Show(DeadLettered)),
            ("suppressed", Show(Suppressed)),
            ("rebalances", Show(Rebalances)),
        ];
    }
}
