using Messaging.Kit;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HighThroughputStreaming;

/// <summary>
/// Publishes the plan, portion by portion. Writes down what it is about to publish before, and what the broker has accepted after: a
/// crash in between leaves a portion without an acceptance, and the next start publishes it again under the same ids.
/// </summary>
internal sealed class Generator(IMessageBus bus, Plan plan, Ledger ledger, Options options, Referee referee, ILogger<Generator> logger) : BackgroundService
{
    private const string BrokenHeader = "broken";
    private static readonly KeyValuePair<string, string>[] Broken = [new(BrokenHeader, "yes")];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A step of the publish pipeline: replaces the body of a reading that is to be broken.</summary>
    public static ValueTask BreakBodyAsync(PublishContext context, MessageDelegate<PublishContext> next)
    {
        if (context.Envelope.HasHeaders && context.Envelope.Headers[BrokenHeader] is not null)
        {
            context.Envelope.Body = """{"device": "7", oops"""u8.ToArray();
        }

        return next(context);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var first = await ledger.NextToPublishAsync();
            var pace = new Pace(options.Rate);
            foreach (var portion in plan.Readings().Chunk(plan.PortionSize).SkipWhile(portion => portion[0].Number < first))
            {
                await ledger.IntendAsync(portion[0].Number, portion.Length);
                await PublishAsync(portion, stoppingToken);
                await ledger.AcceptAsync(portion[0].Number);
                await pace.HoldAsync(portion.Length, stoppingToken);
            }

            await ledger.FinishGeneratingAsync();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: the ledger knows how far it came.
        }
        catch (Exception exception)
        {
            referee.Abandon($"The generator has failed: {exception.Message}");
        }
    }

    // Not one at a time: the bus keeps many publishes under way, hands them over in this order, and the client fills its batches with them.
    private async Task PublishAsync(IReadOnlyList<PlannedReading> portion, CancellationToken cancellationToken)
    {
        await PublishUntilAcceptedAsync(portion, cancellationToken);

        // Like a gateway that got no answer and sends again: copies under the same ids.
        await PublishUntilAcceptedAsync([.. portion.Where(reading => reading.IsDoubled)], cancellationToken);
    }

    // The bus has tried for long before it gives up. A reading that was taken in must not get lost, so the generator goes on trying:
    // under the same id, lest a reading that did arrive, and only its answer got lost, becomes two.
    private async Task PublishUntilAcceptedAsync(IReadOnlyList<PlannedReading> readings, CancellationToken cancellationToken)
    {
        while (readings.Count > 0)
        {
            var outcomes = await PublishManyAsync(readings, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (outcomes.FirstOrDefault(outcome => outcome.Error is not (null or TransportException { IsTransient: true })).Error is { } failure)
            {
                throw new InvalidOperationException(failure.Message, failure);
            }

            readings = [.. readings.Where((_, i) => outcomes[i].Error is not null)];
            if (readings.Count > 0)
            {
                logger.LogWarning("{Count} readings were not accepted; trying again", readings.Count);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<PublishOutcome>> PublishManyAsync(IReadOnlyList<PlannedReading> readings, CancellationToken cancellationToken)
    {
        var next = 0;
        return await bus.PublishManyAsync(
            readings.Select(reading => reading.Reading),
            _ => new PublishOptions { Id = ledger.IdOf(readings[next].Number), Headers = readings[next++].Trouble == Trouble.Broken ? Broken : null },
            cancellationToken);
    }
}
