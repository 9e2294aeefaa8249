using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Consuming;

internal sealed class DelegateHandler<TMessage>(Func<TMessage, ConsumeContext, CancellationToken, ValueTask> handle) : IMessageHandler<TMessage>
{
    public ValueTask HandleAsync(TMessage message, ConsumeContext context, CancellationToken cancellationToken) => handle(message, context, cancellationToken);
}
