using System.Diagnostics.CodeAnalysis;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Messaging.Kit.Hosting;

/// <summary>The way out for messages of one type. Middleware runs in the order in which it is added.</summary>
/// <typeparam name="TMessage">The messages' type.</typeparam>
public sealed class PublishBuilder<TMessage> : PublishRegistration
    where TMessage : notnull
{
    private readonly IServiceCollection _services;
    private Func<TMessage, string?>? _keyOf;

    internal PublishBuilder(IServiceCollection services, string type, TransportDestination destination)
        : base(type, destination) => _services = services;

    internal override Type MessageType => typeof(TMessage);

    /// <summary>Says which messages keep their order among each other: those with the same key. <see cref="PublishOptions.Key"/> goes first.</summary>
    /// <param name="keyOf">The key of a message; not empty, <see langword="null"/> for none.</param>
    /// <returns>The same builder.</returns>
    public PublishBuilder<TMessage> KeyBy(Func<TMessage, string?> keyOf)
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        _keyOf = keyOf;
        return this;
    }

    /// <summary>Adds a middleware by a lambda: the message on its way, and what is inside of this step.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The same builder.</returns>
    public PublishBuilder<TMessage> Use(Func<PublishContext, MessageDelegate<PublishContext>, ValueTask> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Use(_ => new DelegateMiddleware<PublishContext>(step));
    }

    /// <summary>Adds a middleware by a factory, called once when the bus is built.</summary>
    /// <param name="create">Makes the middleware.</param>
    /// <returns>The same builder.</returns>
    public PublishBuilder<TMessage> Use(Func<PipelineEnvironment, IMessageMiddleware<PublishContext>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return Use(new PipelineStep<PublishContext>(create));
    }

    /// <summary>Adds a middleware from the application's services, as a singleton unless it is registered otherwise.</summary>
    /// <typeparam name="TMiddleware">The middleware's type.</typeparam>
    /// <returns>The same builder.</returns>
    public PublishBuilder<TMessage> Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMiddleware>()
        where TMiddleware : class, IMessageMiddleware<PublishContext>
    {
        _services.TryAddSingleton<TMiddleware>();
        return Use(environment => environment.Services.GetRequiredService<TMiddleware>());
    }

    internal PublishBuilder<TMessage> Use(PipelineStep<PublishContext> step)
    {
        Steps.Add(step);
        return this;
    }

    internal override string? Validate(IMessageSerializer serializer) => serializer.Validate<TMessage>();

    internal override Publishing.PublishRoute Build(MessagingRuntime runtime) => runtime.BuildRoute(this, _keyOf);
}
