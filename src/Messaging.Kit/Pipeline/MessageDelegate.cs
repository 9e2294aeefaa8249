namespace Messaging.Kit.Pipeline;

/// <summary>A step of a pipeline, with everything that is inside of it.</summary>
/// <typeparam name="TContext"><see cref="PublishContext"/> or <see cref="ConsumeContext"/>.</typeparam>
/// <param name="context">The message on its way.</param>
/// <returns>A task that ends with the step; an exception is a failed journey.</returns>
public delegate ValueTask MessageDelegate<in TContext>(TContext context)
    where TContext : MessageContext;
