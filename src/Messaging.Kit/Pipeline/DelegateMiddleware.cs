namespace Messaging.Kit.Pipeline;

internal sealed class DelegateMiddleware<TContext>(Func<TContext, MessageDelegate<TContext>, ValueTask> step) : IMessageMiddleware<TContext>
    where TContext : MessageContext
{
    public ValueTask InvokeAsync(TContext context, MessageDelegate<TContext> next) => step(context, next);
}
