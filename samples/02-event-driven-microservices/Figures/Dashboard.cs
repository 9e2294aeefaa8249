using System.Globalization;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace EventDrivenMicroservices;

/// <summary>
/// Shows the figures while the run goes on: a live table on a console, a line now and then where the output goes to a file. They are those of
/// the books: the services of this process, or all of them where the orders are placed.
/// </summary>
internal sealed class Dashboard(Books books, Options options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    private long _start;

    private double Seconds => time.GetElapsedTime(_start).TotalSeconds;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // As the referee counts: bus, topic and queues are there by now.
        _start = time.GetTimestamp();
        try
        {
            if (options.IsVerbose)
            {
                return;
            }

            if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
            {
                await AnsiConsole.Live(new Text("")).StartAsync(live => RepeatAsync(LiveInterval, () => live.UpdateTarget(Table()), stoppingToken));
            }
            else
            {
                await RepeatAsync(LineInterval, () => Console.WriteLine(Line()), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the run.
        }
    }

    private static async Task RepeatAsync(TimeSpan interval, Action show, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            show();
        }
    }

    private Table Table()
    {
        var table = new Table().Title(string.Create(CultureInfo.InvariantCulture, $"{Seconds:N0} s")).AddColumn("service").AddColumn("so far");
        foreach (var service in ShopService.All.Where(IsShown))
        {
            table.AddRow(Tracing.NameOf(service.Name), Summary.Describe(books.FiguresOf(service)));
        }

        return table;
    }

    private string Line()
    {
        if (!options.Places)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Seconds,4:N0} s  {Summary.Describe(books.FiguresOf(ShopService.All.Single(IsShown)))}");
        }

        var progress = books.ReadProgress();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Seconds,4:N0} s  placed {progress.Placed:N0}  reserved {progress.Reserved:N0}  charged {progress.Charged:N0}  shipped {progress.Shipped:N0}  completed {progress.Completed:N0}  compensated {progress.Compensated:N0}  open {Math.Max(0, progress.Open):N0}  copies {progress.Copies:N0}");
    }

    private bool IsShown(ShopService service) => options.Places || service.Name == options.Service;
}
