namespace Messaging.Kit.Pipeline;

internal static class MessagePipeline
{
    /// <summary>Links the steps once, the first outermost. A journey through them allocates nothing.</summary>
    public static MessageDelegate<TContext> Compose<TContext>(IReadOnlyList<IMessageMiddleware<TContext>> middleware, MessageDelegate<TContext> terminal)
        where TContext : MessageContext
    {
        var next = terminal;
        for (var i = middleware.Count - 1; i >= 0; i--)
        {
            var (current, inner) = (middleware[i], next);
            next = context => current.InvokeAsync(context, inner);
        }

        return next;
    }
}
