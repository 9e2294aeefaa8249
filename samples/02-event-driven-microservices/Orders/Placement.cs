using Messaging.Kit;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventDrivenMicroservices;

/// <summary>
/// Places the orders of the plan. Writes down what it is about to place before, and what the bus has accepted after: a crash in between
/// leaves an intent without an acceptance, and the next start places that again under the same id.
/// </summary>
internal sealed class Placement(IMessageBus bus, QuoteClient quotes, Plan plan, OrderBook book, Books books, Options options, Referee referee, ILogger<Placement> logger)
    : BackgroundService
{
    private const int PortionSize = 500;
    private const int MaxConcurrent = 128;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Transport == Transport.InMemory)
        {
            await book.ForgetAcceptedAsync();
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await AudienceAsync(stoppingToken);
            var pace = new Pace(options.Rate);
            foreach (var portion in (await book.UnacceptedAsync()).Chunk(PortionSize))
            {
                await PlaceAsync(portion, stoppingToken);
                await pace.HoldAsync(portion.Length, stoppingToken);
            }

            var first = await book.IntendedCountAsync();
            foreach (var numbers in Enumerable.Range(first, plan.Count - first).Chunk(options.Rate is { } rate ? Math.Clamp(rate / 10, 1, PortionSize) : PortionSize))
            {
                await PlaceAsync(await book.IntendAsync(numbers), stoppingToken);
                await pace.HoldAsync(numbers.Length, stoppingToken);
            }

            await book.FinishPlacingAsync();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: the book knows how far it came.
        }
        catch (Exception exception)
        {
            referee.Abandon($"The order service has failed: {exception.Message}");
        }
    }

    // A bus keeps nothing for those who have no rule yet. So those who listen come first, here as in any deployment.
    private async Task AudienceAsync(CancellationToken cancellationToken)
    {
        while (books.Absent().Count > 0)
        {
            await Task.Delay(Pause / 4, cancellationToken);
        }
    }

    private async Task PlaceAsync(IReadOnlyCollection<Intent> portion, CancellationToken cancellationToken)
    {
        var most = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrent, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(portion, most, async (intent, token) => await PlaceAsync(intent, token));
    }

    private async Task PlaceAsync(Intent intent, CancellationToken cancellationToken)
    {
        using var activity = Tracing.Continue(Service.Order, intent.Context, "place order");
        var planned = plan.At(intent.Number);
        var id = book.IdOf(intent.Number);
        var total = intent.Total ?? await UntilItWorksAsync(() => quotes.AskAsync(id, planned.Sku, planned.Quantity, cancellationToken), cancellationToken);
        await book.PriceAsync(intent.Number, total);

        var placed = new OrderPlaced(planned.ToOrder(id, total, intent.Context));
        await UntilItWorksAsync(() => TellAsync(placed), cancellationToken);
        await book.AcceptAsync(intent.Number);

        // Like a web shop that got no answer and sends the order again: a copy under the same id.
        if (planned.IsDoubled)
        {
            await UntilItWorksAsync(() => TellAsync(placed), cancellationToken);
        }
    }

    private async Task<bool> TellAsync(OrderPlaced placed)
    {
        await bus.TellAsync(placed);
        return true;
    }

    // An order that was taken in must not get lost, so it is tried until it works: a question is asked again, and an event told again
    // under its id, lest one that did arrive, and only its answer got lost, becomes two.
    private async Task<T> UntilItWorksAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await act();
            }
            catch (Exception exception) when (exception is TimeoutException or TransportException { IsTransient: true })
            {
                logger.LogWarning(exception, "The order could not be placed; trying again");
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
