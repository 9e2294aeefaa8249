using System.Collections.Concurrent;
using System.Globalization;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Middleware.DeadLetter;

/// <summary>
/// Sends a message that cannot be handled to its dead-letter destination, and only when that has been accepted lets it be
/// acknowledged: a crash in between gives two copies, never none.
/// </summary>
internal sealed partial class DeadLetterMiddleware(
    DeadLetterOptions options,
    Func<TransportDestination, IEnvelopeSender> senderFor,
    string source,
    bool isTransactional,
    MessageObservers observers,
    TimeProvider time,
    ILogger logger) : IMessageMiddleware<ConsumeContext>
{
    private const int MaxTextLength = 1024;
    private const int DoubtFactor = 3;

    // Where what a handler has published is undone with its message: the dead letter must not share the transaction of the failure,
    // so it is sent when the message comes again, which is at once.
    private readonly ConcurrentDictionary<string, Verdict>? _condemned = isTransactional ? new(StringComparer.Ordinal) : null;

    public async ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
    {
        if (_condemned is not null && _condemned.TryRemove(context.MessageId, out var condemned))
        {
            await DeadLetterAsync(context, condemned).ConfigureAwait(false);
            return;
        }

        context.IsExhausted = IsExhausted(context, options.MaxDeliveries + 1);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (Decide(context, exception) is { } verdict)
        {
            if (_condemned is not null && exception is not DeliveriesExhaustedException)
            {
                _condemned[context.MessageId] = verdict;
                context.RedeliverAfter = TimeSpan.Zero;
                throw;
            }

            await DeadLetterAsync(context, verdict).ConfigureAwait(false);
        }
    }

    // Doubtful deliveries may be a neighbour's doing, or a handler that ends its process: they count, but only to a bound far off.
    private static bool IsExhausted(ConsumeContext context, int deliveries) =>
        context.DeliveryCount >= deliveries || context.DeliveryCount + context.DoubtfulDeliveries >= deliveries * DoubtFactor;

    private Verdict? Decide(ConsumeContext context, Exception exception)
    {
        if (exception is MessageDeferredException || (exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested))
        {
            return null; // not the message's fault
        }

        var failures = context.Failures ??= new(time.GetUtcNow());
        if (exception is not DeliveriesExhaustedException)
        {
            failures.Last = exception;
        }

        foreach (var rule in options.Rules)
        {
            if (rule.Matches(exception))
            {
                return new("exception", rule.Destination, exception, context.EarlierDeliveries + context.DeliveryCount);
            }
        }

        return exception switch
        {
            PoisonMessageException => new("poison", options.Destination, exception, context.EarlierDeliveries + context.DeliveryCount),
            DeliveriesExhaustedException => new("exhausted", options.Destination, failures.Last ?? exception, context.EarlierDeliveries + context.DeliveryCount),
            _ => context.HasFailedForGood || IsExhausted(context, options.MaxDeliveries) ? new("exhausted", options.Destination, exception, context.EarlierDeliveries + context.DeliveryCount) : null,
        };
    }

    private async ValueTask DeadLetterAsync(ConsumeContext context, Verdict verdict)
    {
        var failure = verdict.Failure;
        var sender = senderFor(verdict.Destination);
        var letter = Copy(context);
        try
        {
            Describe(letter, context, verdict);
            await SendAsync(sender, letter, context).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The failure to handle is what the message is returned for; that it could not be dead-lettered either is told here.
            LogNotDeadLettered(logger, context.MessageId, context.Consumer, verdict.Destination, exception);
            throw new MessagingException(
                $"The message failed ({failure.Message}) and could not be sent to {verdict.Destination} either ({exception.Message}); it goes back to its source.",
                failure);
        }

        LogDeadLettered(logger, context.MessageId, context.Consumer, verdict.Destination, verdict.Reason, verdict.Deliveries, failure);
        MessagingDiagnostics.DeadLettered.Add(1, new KeyValuePair<string, object?>(Tags.Destination, context.Source.Name), new(Tags.ErrorType, verdict.Reason));
        observers.DeadLettered(context, verdict.Destination, failure);
    }

    private async ValueTask SendAsync(IEnvelopeSender sender, Envelope letter, ConsumeContext context)
    {
        try
        {
            await sender.SendAsync(letter, context.CancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.TooLarge)
        {
            // The message itself came through the source; it is what we add that does not fit.
            LogTooLarge(logger, context.MessageId, sender.Destination, exception);
            await sender.SendAsync(Copy(context), context.CancellationToken).ConfigureAwait(false);
        }
    }

    // Who sends it back to its source gives it all of its attempts again.
    private static Envelope Copy(ConsumeContext context)
    {
        var copy = context.Envelope.CopyToSend();
        if (copy.HasHeaders)
        {
            copy.Headers.Remove(HeaderNames.RetryCount);
            copy.Headers.Remove(HeaderNames.RetryFirst);
            copy.Headers.Remove(HeaderNames.RetryDue);
        }

        return copy;
    }

    private void Describe(Envelope letter, ConsumeContext context, Verdict verdict)
    {
        var failure = verdict.Failure;
        var now = time.GetUtcNow();

        // A retry topic tells when it has delivered it first, which was not the first time.
        var first = context.Failures?.First ?? now;
        first = context.Envelope.FirstDelivered is { } delivered && delivered < first ? delivered : first;
        var text = failure.Message.Length <= MaxTextLength ? failure.Message : failure.Message[..MaxTextLength];
        var headers = letter.Headers;
        headers.Set(HeaderNames.DeadLetterReason, verdict.Reason);
        headers.Set(HeaderNames.DeadLetterException, failure.GetType().FullName ?? failure.GetType().Name);
        headers.Set(HeaderNames.DeadLetterMessage, string.Concat(text.EnumerateRunes()));
        headers.Set(HeaderNames.DeadLetterSource, source);
        headers.Set(HeaderNames.DeadLetterConsumer, context.Consumer);
        headers.Set(HeaderNames.DeadLetterCount, verdict.Deliveries.ToString(CultureInfo.InvariantCulture));
        headers.Set(HeaderNames.DeadLetterFirst, first.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        headers.Set(HeaderNames.DeadLetterLast, now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of {Consumer} was dead-lettered to {Destination}: {Reason} after {Deliveries} deliveries.")]
    private static partial void LogDeadLettered(ILogger logger, string messageId, string consumer, TransportDestination destination, string reason, int deliveries, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of {Consumer} could not be dead-lettered to {Destination}; it goes back to its source.")]
    private static partial void LogNotDeadLettered(ILogger logger, string messageId, string consumer, TransportDestination destination, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} is too large for {Destination} with the dead-letter headers; it goes there without them.")]
    private static partial void LogTooLarge(ILogger logger, string messageId, TransportEndpoint destination, Exception failure);

    private sealed record Verdict(string Reason, TransportDestination Destination, Exception Failure, int Deliveries);
}
