using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Middleware.Redelivery;

/// <summary>Says how long a message stays away when its delivery has failed; a handler's own word goes first.</summary>
internal sealed class RedeliveryMiddleware(RedeliveryOptions options) : IMessageMiddleware<ConsumeContext>
{
    public async ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            context.RedeliverAfter ??= options.DelayAfter(context.DeliveryCount, exception);
            throw;
        }
    }
}
