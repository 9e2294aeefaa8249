using System.Diagnostics;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Middleware.Telemetry;

/// <summary>
/// A producer span for each publish, its context in the message's headers. While nobody listens it only passes on the context
/// of whatever activity is current, and costs a look at it.
/// </summary>
internal sealed class PublishTelemetryMiddleware : IMessageMiddleware<PublishContext>
{
    /// <summary>Whether it has nothing to do at the moment: nobody listens, and there is no context to pass on.</summary>
    public static bool IsIdle => Activity.Current is null && !MessagingDiagnostics.Activities.HasListeners();

    public ValueTask InvokeAsync(PublishContext context, MessageDelegate<PublishContext> next)
    {
        if (MessagingDiagnostics.Activities.HasListeners())
        {
            return TraceAsync(context, next);
        }

        Inject(Activity.Current, context.Envelope);
        return next(context);
    }

    private static async ValueTask TraceAsync(PublishContext context, MessageDelegate<PublishContext> next)
    {
        var destination = context.Destination;
        using var activity = MessagingDiagnostics.Activities.StartActivity($"publish {destination.Name}", ActivityKind.Producer);
        Inject(activity ?? Activity.Current, context.Envelope);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(Tags.System, destination.Transport);
            activity.SetTag(Tags.OperationName, "publish");
            activity.SetTag(Tags.OperationType, "send");
            activity.SetTag(Tags.Destination, destination.Name);
            activity.SetTag(Tags.MessageId, context.Envelope.Id);
            activity.SetTag(Tags.BodySize, context.Envelope.Body.Length);
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            activity?.SetTag(Tags.ErrorType, MessagingDiagnostics.ErrorType(exception));
            throw;
        }
    }

    private static void Inject(Activity? activity, Envelope envelope)
    {
        // A publisher that forwards a message with its own trace context has said what it wants.
        if (activity is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } || (envelope.HasHeaders && envelope.Headers.TryGetValue(HeaderNames.TraceParent, out _)))
        {
            return;
        }

        envelope.Headers.Set(HeaderNames.TraceParent, id);
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            envelope.Headers.Set(HeaderNames.TraceState, activity.TraceStateString);
        }
    }
}
