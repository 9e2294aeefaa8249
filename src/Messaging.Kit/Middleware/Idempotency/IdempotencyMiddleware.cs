using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Middleware.Idempotency;

/// <summary>
/// Claims a message before it is handled, completes the claim after, and releases it when the handling failed: a failed message
/// is never taken for a handled one. The claim is renewed while the handling lasts, and expires when the process dies.
/// </summary>
internal sealed partial class IdempotencyMiddleware(
    string consumer,
    IdempotencyOptions options,
    IIdempotencyStore store,
    MessageObservers observers,
    TimeProvider time,
    ILogger logger) : IMessageMiddleware<ConsumeContext>
{
    private const int LastStepAttempts = 3;
    private static readonly TimeSpan LastStepPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastStepPause = TimeSpan.FromMilliseconds(200);

    // A consumer has one name for all of its sources: what has been handled in one is a copy in a retry topic, too. A slash within it is written differently, lest
    // "a/b" and "c" be the same as "a" and "b/c".
    private readonly string _prefix = $"{consumer.Replace("/", "%2F", StringComparison.Ordinal)}/";

    public async ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
    {
        var key = KeyOf(context);
        var claim = await store.ClaimAsync(key, options.Lease, context.CancellationToken).ConfigureAwait(false);
        switch (claim.State)
        {
            case IdempotencyState.Completed:
                Suppress(context);
                return;
            case IdempotencyState.InProgress:
                throw new MessageInProgressException(claim.RetryAfter);
            default:
                await HandleAsync(context, next, key, claim.Token!).ConfigureAwait(false);
                return;
        }
    }

    private string KeyOf(ConsumeContext context) => options.KeyOf(context) is { Length: > 0 } key
        ? $"{_prefix}{key}"
        : throw new PoisonMessageException($"KeyOf of UseIdempotency finds no key in the message, so copies of it cannot be told from others. {context.Consumer} needs a key in every message.");

    private async ValueTask HandleAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next, string key, string token)
    {
        try
        {
            await RunRenewedAsync(context, next, key, token).ConfigureAwait(false);
        }
        catch
        {
            await LastStepAsync(context, cancellationToken => store.ReleaseAsync(key, token, cancellationToken)).ConfigureAwait(false);
            throw;
        }

        // One that went to a retry topic is not handled yet.
        await LastStepAsync(context, cancellationToken => context.HasMovedOn
            ? store.ReleaseAsync(key, token, cancellationToken)
            : store.CompleteAsync(key, token, options.Retention, cancellationToken)).ConfigureAwait(false);
    }

    private async ValueTask RunRenewedAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next, string key, string token)
    {
        var claimedAt = time.GetTimestamp();
        var outer = context.CancellationToken;
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(outer);
        context.CancellationToken = attempt.Token;
        try
        {
            var handling = next(context);
            if (handling.IsCompleted)
            {
                await handling.ConfigureAwait(false);
                return;
            }

            using var done = new CancellationTokenSource();
            var renewal = RenewAsync(context, key, token, claimedAt, attempt, done.Token);
            try
            {
                await handling.ConfigureAwait(false);
            }
            finally
            {
                await done.CancelAsync().ConfigureAwait(false);
                await renewal.ConfigureAwait(false);
            }
        }
        catch (Exception) when (attempt.IsCancellationRequested && !outer.IsCancellationRequested)
        {
            // The claim is lost, and another may have it: not this message's failure, whatever a cancelled handler throws.
            throw new MessageInProgressException(options.Lease);
        }
        finally
        {
            context.CancellationToken = outer;
        }
    }

    // Never throws: what becomes of the message is the handler's word.
    private async Task RenewAsync(ConsumeContext context, string key, string token, long claimedAt, CancellationTokenSource attempt, CancellationToken done)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, time);
        while (await WaitAsync(timer, done).ConfigureAwait(false))
        {
            var startedAt = time.GetTimestamp();
            var isOurs = await TryRenewAsync(context, key, token, claimedAt, done).ConfigureAwait(false);
            if (isOurs == true)
            {
                claimedAt = startedAt;
            }
            else if (!done.IsCancellationRequested && (isOurs == false || time.GetElapsedTime(claimedAt) >= options.Lease))
            {
                LogClaimLost(logger, context.MessageId, context.Consumer);
                await attempt.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }
        }
    }

    /// <returns>Whether the claim is still ours, or null when the store has not said so before the claim ended.</returns>
    private async ValueTask<bool?> TryRenewAsync(ConsumeContext context, string key, string token, long claimedAt, CancellationToken done)
    {
        var left = options.Lease - time.GetElapsedTime(claimedAt);
        using var patience = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, done);
        try
        {
            return await store.RenewAsync(key, token, options.Lease, both.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!done.IsCancellationRequested)
            {
                LogRenewalFailed(logger, context.MessageId, context.Consumer, exception);
            }

            return null;
        }
    }

    private static async ValueTask<bool> WaitAsync(PeriodicTimer timer, CancellationToken done)
    {
        try
        {
            return await timer.WaitForNextTickAsync(done).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // The last step follows from what has happened; neither shutdown nor a lost lease undoes that, so neither cancels it.
    private async ValueTask LastStepAsync(ConsumeContext context, Func<CancellationToken, ValueTask> step)
    {
        using var patience = new CancellationTokenSource(LastStepPatience, time);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await step(patience.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (attempt == LastStepAttempts || patience.IsCancellationRequested)
            {
                // The message itself has its outcome, and that stands: a claim that could not be released expires, and a
                // message that could not be recorded is acknowledged now, so that only another copy of it is handled again.
                LogLastStepFailed(logger, context.MessageId, context.Consumer, exception);
                return;
            }
            catch (Exception exception)
            {
                LogLastStepRepeated(logger, context.MessageId, context.Consumer, exception);
                await Task.Delay(LastStepPause, time, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Suppress(ConsumeContext context)
    {
        LogDuplicate(logger, context.MessageId, context.Consumer);
        MessagingDiagnostics.Duplicates.Add(1, new KeyValuePair<string, object?>(Tags.Destination, context.Source.Name));
        observers.DuplicateSuppressed(context);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A copy of message {MessageId} came to {Consumer}, which has handled it; it is acknowledged.")]
    private static partial void LogDuplicate(ILogger logger, string messageId, string consumer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} has lost its claim on message {MessageId}; the handler is cancelled.")]
    private static partial void LogClaimLost(ILogger logger, string messageId, string consumer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim of {Consumer} on message {MessageId} could not be renewed; trying again while it lasts.")]
    private static partial void LogRenewalFailed(ILogger logger, string messageId, string consumer, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outcome of message {MessageId} of {Consumer} could not be recorded; trying again.")]
    private static partial void LogLastStepRepeated(ILogger logger, string messageId, string consumer, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outcome of message {MessageId} of {Consumer} could not be recorded; another copy of it may be handled again.")]
    private static partial void LogLastStepFailed(ILogger logger, string messageId, string consumer, Exception failure);
}
