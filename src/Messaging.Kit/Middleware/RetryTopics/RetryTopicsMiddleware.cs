using System.Globalization;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Middleware.RetryTopics;

/// <summary>
/// Sends a message that failed to the next station, and only when that has been accepted lets it be acknowledged: those behind it need
/// not wait. At a station a message waits until it is due.
/// </summary>
internal sealed partial class RetryTopicsMiddleware(
    IReadOnlyList<(TimeSpan Delay, IEnvelopeSender Sender)> stations,
    TimeProvider time,
    ILogger logger) : IMessageMiddleware<ConsumeContext>
{
    public async ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
    {
        var done = context.Envelope.HasHeaders ? StationsDone(context.Headers) : 0;
        if (done > 0 && DueIn(context.Headers) is { } wait && wait > TimeSpan.Zero)
        {
            throw new MessageDeferredException($"The message waits for its next attempt; it is due in {wait}.", wait);
        }

        context.EarlierDeliveries = done;
        context.Failures ??= done > 0 && TimeOf(context.Headers, HeaderNames.RetryFirst) is { } first ? new(first) : null;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsItsOwnFault(context, exception))
        {
            if (done >= stations.Count)
            {
                // For dead-letter routing: no further attempt helps.
                context.HasFailedForGood = true;
                throw;
            }

            await MoveOnAsync(context, done, exception).ConfigureAwait(false);
        }
    }

    private static bool IsItsOwnFault(ConsumeContext context, Exception exception) =>
        exception is not (MessageDeferredException or PoisonMessageException or DeadLetter.DeliveriesExhaustedException)
        && !(exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested);

    private static int StationsDone(MessageHeaders headers) =>
        int.TryParse(headers[HeaderNames.RetryCount], NumberStyles.None, CultureInfo.InvariantCulture, out var done) ? done : 0;

    private TimeSpan? DueIn(MessageHeaders headers) => TimeOf(headers, HeaderNames.RetryDue) - time.GetUtcNow();

    private static DateTimeOffset? TimeOf(MessageHeaders headers, string name) =>
        DateTimeOffset.TryParse(headers[name], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private async ValueTask MoveOnAsync(ConsumeContext context, int done, Exception failure)
    {
        var (delay, sender) = stations[done];
        var again = context.Envelope.CopyToSend();
        again.Headers.Set(HeaderNames.RetryCount, (done + 1).ToString(CultureInfo.InvariantCulture));
        var now = time.GetUtcNow();
        again.Headers.Set(HeaderNames.RetryFirst, Text(context.Failures?.First ?? now));
        again.Headers.Set(HeaderNames.RetryDue, Text(now + delay));
        try
        {
            await sender.SendAsync(again, context.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whoever finds it dead-lettered, or back, wants to know why it failed.
            throw new MessagingException(
                $"The message failed ({failure.Message}) and could not be sent to {sender.Destination} either ({exception.Message}); it goes back to its source.",
                failure);
        }

        context.HasMovedOn = true;
        LogMoved(logger, context.MessageId, context.Consumer, sender.Destination, delay, failure);
        MessagingDiagnostics.Retries.Add(1, new KeyValuePair<string, object?>(Tags.ConsumerGroup, context.Consumer));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of {Consumer} failed and went to {Station}; it comes again in {Delay}.")]
    private static partial void LogMoved(ILogger logger, string messageId, string consumer, TransportEndpoint station, TimeSpan delay, Exception failure);
}
