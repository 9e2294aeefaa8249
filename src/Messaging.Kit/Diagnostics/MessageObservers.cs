using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Diagnostics;

/// <summary>All observers as one. What one of them throws is logged, and changes nothing for the message nor for the others.</summary>
internal sealed partial class MessageObservers(IEnumerable<IMessageObserver> observers, ILogger<MessageObservers> logger) : IMessageObserver
{
    private readonly IMessageObserver[] _all = [.. observers];
    private readonly QuietLogger _logger = new(logger);

    /// <summary>Whether there is anybody to tell.</summary>
    public bool Any => _all.Length > 0;

    public void Published(PublishContext context) => Tell(context, default(object), static (observer, context, _) => observer.Published(context));

    public void PublishFailed(PublishContext context, Exception failure) =>
        Tell(context, failure, static (observer, context, failure) => observer.PublishFailed(context, failure));

    public void Handled(ConsumeContext context, object message) => Tell(context, message, static (observer, context, message) => observer.Handled(context, message));

    public void Retried(ConsumeContext context, Exception failure) => Tell(context, failure, static (observer, context, failure) => observer.Retried(context, failure));

    public void Returned(ConsumeContext context, Exception failure) => Tell(context, failure, static (observer, context, failure) => observer.Returned(context, failure));

    public void DeadLettered(ConsumeContext context, TransportEndpoint destination, Exception failure) =>
        Tell(context, (destination, failure), static (observer, context, end) => observer.DeadLettered(context, end.destination, end.failure));

    public void DuplicateSuppressed(ConsumeContext context) => Tell(context, default(object), static (observer, context, _) => observer.DuplicateSuppressed(context));

    public void Acknowledged(ConsumeContext context) => Tell(context, default(object), static (observer, context, _) => observer.Acknowledged(context));

    private void Tell<TContext, TWhat>(TContext context, TWhat what, Action<IMessageObserver, TContext, TWhat> tell)
    {
        foreach (var observer in _all)
        {
            try
            {
                tell(observer, context, what);
            }
            catch (Exception exception)
            {
                LogObserverFailed(_logger, observer.GetType(), exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The message observer {Observer} has thrown; observers must not.")]
    private static partial void LogObserverFailed(ILogger logger, Type observer, Exception failure);
}
