using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace HighThroughputStreaming;

/// <summary>
/// Puts a reading into its window, and publishes what comes of it. It is acknowledged after that: a worker that dies in between gets the
/// reading again, looks up what it had brought about, and publishes that again under the same ids.
/// </summary>
internal sealed class AggregateReading(WindowStore windows, Ledger ledger, IMessageBus bus, Figures figures) : IMessageHandler<Reading>
{
    public async ValueTask HandleAsync(Reading message, ConsumeContext context, CancellationToken cancellationToken)
    {
        if (message.Celsius < Plan.AbsoluteZero)
        {
            throw new RuleBrokenException($"Reading {message.Sequence} of {message.Device} is {message.Celsius} °C, colder than anything can be.");
        }

        if (!ledger.TryGetNumber(context.MessageId, out var number))
        {
            await ledger.NoteStrangerAsync(context.MessageId);
            return;
        }

        // The last moment to let go: the partition may have moved meanwhile. From here on the work is done whatever happens.
        cancellationToken.ThrowIfCancellationRequested();
        var isAnomaly = message.Celsius > Plan.HotCelsius;
        var effect = await windows.AddAsync(number, context.Envelope.Key, message, isAnomaly);
        if (effect.IsAgain)
        {
            figures.Add(Streams.Readings, Figures.Suppressed);
        }
        else
        {
            figures.Watch(message);
        }

        foreach (var window in effect.Closed)
        {
            var result = window.ToMessage();
            await bus.PublishAsync(result, new PublishOptions { Id = ledger.IdOf(result) }, CancellationToken.None);
        }

        if (effect.IsLate)
        {
            var late = new ReadingCameLate(message, DateTimeOffset.FromUnixTimeMilliseconds(effect.Watermark));
            await bus.PublishAsync(late, new PublishOptions { Id = $"{context.MessageId}-late" }, CancellationToken.None);
        }

        if (isAnomaly)
        {
            await bus.PublishAsync(new AnomalyFound(message.Device, message.Time, message.Celsius), new PublishOptions { Id = $"{context.MessageId}-hot" }, CancellationToken.None);
        }
    }
}
