using System.Globalization;
using Messaging.Kit.Consuming;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace MessageQueue;

/// <summary>Shows the figures while the run goes on: a live table on a console, a line now and then where the output goes to a file.</summary>
internal sealed class Dashboard(Figures figures, Referee referee, Plan plan, Options options, MessageConsumers consumers) : BackgroundService
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Queue, string What), (long Count, TimeSpan At)> _last = [];

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
                await AnsiConsole.Live(new Text("")).StartAsync(live => RepeatAsync(LiveInterval, rows => live.UpdateTarget(Table(rows)), stoppingToken));
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

    private async Task RepeatAsync(TimeSpan interval, Action<List<Row>> show, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await figures.FlushAsync();
            show(await ReadAsync(stoppingToken));
        }
    }

    private async Task<List<Row>> ReadAsync(CancellationToken stoppingToken)
    {
        var rows = new List<Row>();
        foreach (var queue in (string[])[.. options.HasStandard ? [Queues.Orders] : (string[])[], .. options.HasFifo ? [Queues.Stock] : (string[])[]])
        {
            var consumer = consumers.FirstOrDefault(consumer => consumer.Source.Name == queue);
            rows.Add(new Row(
                queue,
                figures[queue, Figures.Accepted],
                RateOf(queue, Figures.Accepted),
                await DepthOfAsync(consumer, stoppingToken),
                consumer?.InFlight ?? 0,
                figures[queue, Figures.Handled],
                RateOf(queue, Figures.Handled),
                figures[queue, Figures.Retried],
                figures[queue, Figures.Returned],
                figures[queue, Figures.DeadLettered],
                figures[queue, Figures.Suppressed]));
        }

        return rows;
    }

    // Per second since the last look.
    private double RateOf(string queue, string what)
    {
        var now = (Count: figures[queue, what], At: referee.Elapsed);
        var before = _last.GetValueOrDefault((queue, what));
        _last[(queue, what)] = now;
        return now.At > before.At ? (now.Count - before.Count) / (now.At - before.At).TotalSeconds : 0;
    }

    // A broker that does not answer must not stop the clock: what it does not say in time is shown as unknown.
    private static async Task<long?> DepthOfAsync(IMessageConsumer? consumer, CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(Patience);
        try
        {
            return consumer is null ? null : (await consumer.GetBacklogAsync(patience.Token))?.Waiting;
        }
        catch (Exception exception) when (exception is TransportException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private Table Table(List<Row> rows)
    {
        var progress = referee.Progress;
        var table = new Table()
            .Title($"[bold]{progress.Accepted:N0}[/]{(options.Publishes ? $" of {plan.Count:N0}" : "")} published, [bold]{progress.Handled:N0}[/] handled, [bold]{progress.DeadLettered:N0}[/] dead-lettered, {referee.Elapsed.TotalSeconds:N0} s")
            .AddColumn("queue");
        foreach (var name in (string[])["published", "/s", "waiting", "in flight", "handled", "/s", "retried", "returned", "dead-lettered", "suppressed"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow([row.Queue, .. row.Numbers.Select(Show)]);
        }

        foreach (var consumer in consumers.Where(consumer => consumer.LastFailure is not null))
        {
            table.Caption($"[red]{Markup.Escape($"{consumer.Name} is {consumer.State}: {consumer.LastFailure?.Message}")}[/]");
        }

        return table;
    }

    private void WriteLine(List<Row> rows)
    {
        var line = new FormattableString[]
        {
            $"{referee.Elapsed.TotalSeconds,4:N0} s",
            $"published {rows.Sum(row => row.Published):N0} ({rows.Sum(row => row.PublishRate):N0}/s)",
            $"waiting {Show(rows.Any(row => row.Waiting is null) ? null : rows.Sum(row => row.Waiting))}",
            $"in flight {rows.Sum(row => row.InFlight):N0}",
            $"handled {rows.Sum(row => row.Handled):N0} ({rows.Sum(row => row.HandleRate):N0}/s)",
            $"retried {rows.Sum(row => row.Retried):N0}",
            $"returned {rows.Sum(row => row.Returned):N0}",
            $"dead-lettered {rows.Sum(row => row.DeadLettered):N0}",
            $"suppressed {rows.Sum(row => row.Suppressed):N0}",
        };
        Console.WriteLine(string.Join("  ", line.Select(FormattableString.Invariant)));
    }

    private static string Show(double? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "?";

    private sealed record Row(
        string Queue,
        long Published,
        double PublishRate,
        long? Waiting,
        long InFlight,
        long Handled,
        double HandleRate,
        long Retried,
        long Returned,
        long DeadLettered,
        long Suppressed)
    {
        public IEnumerable<double?> Numbers => [Published, PublishRate, Waiting, InFlight, Handled, HandleRate, Retried, Returned, DeadLettered, Suppressed];
    }
}
