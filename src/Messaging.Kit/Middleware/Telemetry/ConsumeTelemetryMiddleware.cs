using System.Diagnostics;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Middleware.Telemetry;

/// <summary>
/// A consumer span for each delivery, which continues the publisher's trace and links to its span, and the metrics of handling.
/// Costs three checks while nobody listens.
/// </summary>
internal sealed class ConsumeTelemetryMiddleware(TimeProvider time) : IMessageMiddleware<ConsumeContext>
{
    public ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next) =>
        MessagingDiagnostics.Activities.HasListeners() || MessagingDiagnostics.ProcessDuration.Enabled || MessagingDiagnostics.ConsumedMessages.Enabled
            ? ObserveAsync(context, next)
            : next(context);

    private async ValueTask ObserveAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
    {
        using var activity = Start(context);
        var started = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            activity?.SetTag(Tags.ErrorType, MessagingDiagnostics.ErrorType(exception));
            throw;
        }
        finally
        {
            Measure(context, failure, time.GetElapsedTime(started));
        }
    }

    private static Activity? Start(ConsumeContext context)
    {
        var creation = CreationContext(context.Envelope);
        var activity = MessagingDiagnostics.Activities.StartActivity(
            $"process {context.Source.Name}",
            ActivityKind.Consumer,
            creation ?? default,
            links: creation is { } link ? [new ActivityLink(link)] : null);
        if (activity is { IsAllDataRequested: true })
        {
            foreach (var (name, value) in TagsOf(context))
            {
                activity.SetTag(name, value);
            }

            activity.SetTag(Tags.MessageId, context.Envelope.Id);
            activity.SetTag(Tags.BodySize, context.Envelope.Body.Length);
        }

        return activity;
    }

    private static ActivityContext? CreationContext(Envelope envelope) =>
        envelope.HasHeaders
        && envelope.Headers.TryGetValue(HeaderNames.TraceParent, out var parent)
        && ActivityContext.TryParse(parent, envelope.Headers[HeaderNames.TraceState], isRemote: true, out var context)
            ? context
            : null;

    private static void Measure(ConsumeContext context, Exception? failure, TimeSpan duration)
    {
        var tags = TagsOf(context);
        if (failure is not null)
        {
            tags.Add(Tags.ErrorType, MessagingDiagnostics.ErrorType(failure));
        }

        MessagingDiagnostics.ProcessDuration.Record(duration.TotalSeconds, tags);
        MessagingDiagnostics.ConsumedMessages.Add(1, tags);
    }

    private static TagList TagsOf(ConsumeContext context) => new()
    {
        { Tags.System, context.Source.Transport },
        { Tags.OperationName, "process" },
        { Tags.OperationType, "process" },
        { Tags.Destination, context.Source.Name },
        { Tags.ConsumerGroup, context.Consumer },
    };
}
