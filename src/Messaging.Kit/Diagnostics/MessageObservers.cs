using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Diagnostics;

/// <summary>
/// All observers behind one face. What one of them throws is logged: it neither changes what becomes of the message nor keeps the word
/// from the others.
/// </summary>
internal sealed partial class MessageObservers(IEnumerable<IMessageObserver> all, ILogger<MessageObservers> logger) : IMessageObserver
{
    private readonly IMessageObserver[] _all = [.. all];

    public bool IsEmpty => _all.Length == 0;

    public void Published(PublishContext context) => Tell(context, static (observer, context) => observer.Published(context));

    public void PublishFailed(PublishContext context, Exception failure) =>
        Tell((context, failure), static (observer, told) => observer.PublishFailed(told.context, told.failure));

    public void Handled(ConsumeContext context, object message) =>
        Tell((context, message), static (observer, told) => observer.Handled(told.context, told.message));

    public void Retried(ConsumeContext context, Exception failure) =>
        Tell((context, failure), static (observer, told) => observer.Retried(told.context, told.failure));

    public void Returned(ConsumeContext context, Exception failure) =>
        Tell((context, failure), static (observer, told) => observer.Returned(told.context, told.failure));

    public void DeadLettered(ConsumeContext context, TransportEndpoint destination, Exception failure) =>
        Tell((context, destination, failure), static (observer, told) => observer.DeadLettered(told.context, told.destination, told.failure));

    public void DuplicateSuppressed(ConsumeContext context) => Tell(context, static (observer, context) => observer.DuplicateSuppressed(context));

    public void Acknowledged(ConsumeContext context) => Tell(context, static (observer, context) => observer.Acknowledged(context));

    private void Tell<TTold>(TTold told, Action<IMessageObserver, TTold> tell)
    {
        foreach (var observer in _all)
        {
            try
            {
                tell(observer, told);
            }
            catch (Exception exception)
            {
                LogFault(logger, observer.GetType(), exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The message observer {Observer} threw; observers must not.")]
    private static partial void LogFault(ILogger logger, Type observer, Exception failure);
}
