using Messaging.Kit;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageQueue;

/// <summary>
/// Takes orders in, that is, publishes the plan. Writes down what it is about to publish before, and what the broker has accepted
/// after: a crash in between leaves an intent without an acceptance, and the next start publishes that again under the same id.
/// </summary>
internal sealed class Intake(IMessageBus bus, Plan plan, Ledger ledger, Options options, Referee referee, ILogger<Intake> logger) : BackgroundService
{
    private const int PortionSize = 1_000;
    private const int MaxConcurrent = 512;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // What was intended and not accepted first, so that the order within each key goes on where it stopped.
            var portions = (await ledger.UnacceptedAsync()).Select(plan.At).Chunk(PortionSize).Concat(NewPortions(await ledger.IntendedCountAsync()));
            var pace = new Pace(options.Rate);
            foreach (var portion in portions)
            {
                await ledger.IntendAsync(portion);
                await PublishAsync(portion, stoppingToken);
                await pace.HoldAsync(portion.Length, stoppingToken);
            }

            await ledger.FinishIntakeAsync();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: the ledger knows how far it came.
        }
        catch (Exception exception)
        {
            referee.Abandon($"The intake has failed: {exception.Message}");
        }
    }

    private IEnumerable<PlannedMessage[]> NewPortions(int first)
    {
        var size = options.Rate is { } rate ? Math.Clamp(rate / 10, 1, PortionSize) : PortionSize;
        return Enumerable.Range(first, plan.Count - first).Select(plan.At).Chunk(size);
    }

    private async Task PublishAsync(PlannedMessage[] portion, CancellationToken cancellationToken)
    {
        // Messages of a key wait for each other, all others go at once. The bus gathers what is published at the same time into batches.
        var lanes = portion.GroupBy(message => message.Sku ?? $"no key, {message.Number}");
        var most = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrent, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(lanes, most, async (lane, token) =>
        {
            foreach (var message in lane)
            {
                await PublishUntilAcceptedAsync(message, token);
                await ledger.AcceptAsync(message.Number);
            }
        });

        // Like a client that got no answer and asks again: a copy under the same id.
        await Parallel.ForEachAsync(portion.Where(message => message.IsDoubled), most, async (message, token) => await PublishUntilAcceptedAsync(message, token));
    }

    // The bus has tried several times before it throws. An order that was taken in must not get lost, so the intake goes on trying:
    // under the same id, lest a message that did arrive, and only its answer got lost, becomes two.
    private async Task PublishUntilAcceptedAsync(PlannedMessage message, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await PublishAsync(message, cancellationToken);
                return;
            }
            catch (TransportException exception) when (exception.IsTransient)
            {
                logger.LogWarning(exception, "Message {Number} was not accepted; trying again", message.Number);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private ValueTask PublishAsync(PlannedMessage message, CancellationToken cancellationToken)
    {
        var about = new PublishOptions { Id = ledger.IdOf(message.Number), Headers = TroubleMaker.HeadersFor(message.Trouble) };
        return message.Queue == Queues.Orders
            ? bus.PublishAsync(Plan.OrderOf(message), about, cancellationToken)
            : bus.PublishAsync(Plan.StockMovementOf(message), about, cancellationToken);
    }
}
