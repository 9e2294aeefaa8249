namespace Messaging.Kit.Pipeline;

/// <summary>A step around the journey of messages: all that a middleware author implements.</summary>
/// <typeparam name="TContext"><see cref="PublishContext"/> or <see cref="ConsumeContext"/>.</typeparam>
/// <remarks>One instance serves all messages of a pipeline, concurrently.</remarks>
public interface IMessageMiddleware<TContext>
    where TContext : MessageContext
{
    /// <summary>Does its work around <paramref name="next"/>: before, after, instead, or more than once.</summary>
    /// <param name="context">The message on its way.</param>
    /// <param name="next">What is inside of this step.</param>
    /// <returns>A task that ends with the step. Returning is success; throwing is failure, and the only way to fail.</returns>
    ValueTask InvokeAsync(TContext context, MessageDelegate<TContext> next);
}
