using System.Diagnostics.CodeAnalysis;
using Messaging.Kit.Consuming;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Messaging.Kit.Hosting;

/// <summary>A consumer: a source, the steps that its messages pass, and their handlers. Middleware runs in the order in which it is added.</summary>
public sealed class ConsumeBuilder
{
    internal ConsumeBuilder(IServiceCollection services, TransportSource source) => (Services, Source, Name) = (services, source, source.Name);

    /// <summary>The application's services, for what a middleware needs to register.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Where messages come from.</summary>
    public TransportSource Source { get; }

    /// <summary>The consumer's name, by default the logical name of its source.</summary>
    public string Name { get; private set; }

    // Consumed by the same steps and handlers.
    internal List<TransportSource> FurtherSources { get; } = [];

    internal IEnumerable<TransportSource> Sources => [Source, .. FurtherSources];

    internal ConsumerOptions Options { get; } = new();

    internal List<PipelineStep<ConsumeContext>> Steps { get; } = [];

    internal List<HandlerEntry> Handlers { get; } = [];

    internal RawHandler? RawHandler { get; private set; }

    internal string? AssumedType { get; private set; }

    internal bool IgnoresOtherTypes { get; private set; }

    /// <summary>Names the consumer, for logs, metrics, settings and idempotency keys. Needed when two consume from the same source.</summary>
    /// <param name="name">The name; unique among the consumers.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        return this;
    }

    /// <summary>Says how much the consumer holds and handles at once.</summary>
    /// <param name="configure">Sets the options; settings of <c>Messaging:Consumers:{name}</c> go over them.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Configure(Action<ConsumerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Options);
        return this;
    }

    /// <summary>Handles messages of a type.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <typeparam name="THandler">The handler, resolved from the services of each delivery; transient unless it is registered otherwise.</typeparam>
    /// <param name="type">The name of the message type on the wire.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Handle<TMessage, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(string type)
        where TMessage : notnull
        where THandler : class, IMessageHandler<TMessage>
    {
        return Add<TMessage, THandler>(type, null);
    }

    /// <summary>
    /// Handles those messages of a type that match a pattern. Of several handlers of a type the first whose pattern matches handles the
    /// message, and one without a pattern what is left.
    /// </summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <typeparam name="THandler">The handler, resolved from the services of each delivery; transient unless it is registered otherwise.</typeparam>
    /// <param name="type">The name of the message type on the wire.</param>
    /// <param name="when">The pattern, written for the form of <see cref="EventForm"/>: the body is <c>detail</c>.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Handle<TMessage, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(string type, EventPattern when)
        where TMessage : notnull
        where THandler : class, IMessageHandler<TMessage>
    {
        ArgumentNullException.ThrowIfNull(when);
        return Add<TMessage, THandler>(type, when);
    }

    /// <summary>Handles messages of a type by a lambda.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <param name="type">The name of the message type on the wire.</param>
    /// <param name="handle">Handles a message; returning acknowledges it, throwing gives it back.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Handle<TMessage>(string type, Func<TMessage, ConsumeContext, CancellationToken, ValueTask> handle)
        where TMessage : notnull
    {
        return Add(type, null, handle);
    }

    /// <summary>Handles those messages of a type that match a pattern, by a lambda. See the other overload with a pattern.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <param name="type">The name of the message type on the wire.</param>
    /// <param name="when">The pattern, written for the form of <see cref="EventForm"/>: the body is <c>detail</c>.</param>
    /// <param name="handle">Handles a message; returning acknowledges it, throwing gives it back.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Handle<TMessage>(string type, EventPattern when, Func<TMessage, ConsumeContext, CancellationToken, ValueTask> handle)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(when);
        return Add(type, when, handle);
    }

    /// <summary>
    /// Handles messages of every type that has no handler here, as they were received: nothing is decoded, so that nothing can be
    /// wrong with it. For dead-letter queues, audits and bridges.
    /// </summary>
    /// <param name="handle">Handles a message; returning acknowledges it, throwing gives it back. What there is to know is in the context and its envelope.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder HandleRaw(Func<ConsumeContext, CancellationToken, ValueTask> handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        RawHandler = new RawHandler(handle);
        return this;
    }

    /// <summary>Takes messages that carry no type, such as those of other systems, for messages of this type.</summary>
    /// <param name="type">A type that is handled here.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder DefaultType(string type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        AssumedType = type;
        return this;
    }

    /// <summary>Acknowledges messages of types that are not handled here. Without it they are poison: dead-lettered, not dropped.</summary>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder IgnoreOtherTypes()
    {
        IgnoresOtherTypes = true;
        return this;
    }

    /// <summary>Adds a middleware by a lambda: the message on its way, and what is inside of this step.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Use(Func<ConsumeContext, MessageDelegate<ConsumeContext>, ValueTask> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Use(_ => new DelegateMiddleware<ConsumeContext>(step));
    }

    /// <summary>Adds a middleware by a factory, called once when the bus is built.</summary>
    /// <param name="create">Makes the middleware.</param>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Use(Func<PipelineEnvironment, IMessageMiddleware<ConsumeContext>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return Use(new PipelineStep<ConsumeContext>(create));
    }

    /// <summary>Adds a middleware from the application's services, as a singleton unless it is registered otherwise.</summary>
    /// <typeparam name="TMiddleware">The middleware's type.</typeparam>
    /// <returns>The same builder.</returns>
    public ConsumeBuilder Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMiddleware>()
        where TMiddleware : class, IMessageMiddleware<ConsumeContext>
    {
        Services.TryAddSingleton<TMiddleware>();
        return Use(environment => environment.Services.GetRequiredService<TMiddleware>());
    }

    internal ConsumeBuilder Use(PipelineStep<ConsumeContext> step)
    {
        Steps.Add(step);
        return this;
    }

    private ConsumeBuilder Add<TMessage, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(string type, EventPattern? when)
        where TMessage : notnull
        where THandler : class, IMessageHandler<TMessage>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        Services.TryAddTransient<THandler>();
        Handlers.Add(new HandlerEntry<TMessage>(type, when, static context => context.Services.GetRequiredService<THandler>()));
        return this;
    }

    private ConsumeBuilder Add<TMessage>(string type, EventPattern? when, Func<TMessage, ConsumeContext, CancellationToken, ValueTask> handle)
        where TMessage : notnull
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(handle);
        var handler = new DelegateHandler<TMessage>(handle);
        Handlers.Add(new HandlerEntry<TMessage>(type, when, _ => handler));
        return this;
    }
}
