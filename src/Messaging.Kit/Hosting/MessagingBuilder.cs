using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Hosting;

/// <summary>The one place where the journey of messages is written down. May be filled in several calls of <c>AddMessaging</c>, by several modules.</summary>
public sealed class MessagingBuilder
{
    private readonly MessagingRegistrations _registrations;

    internal MessagingBuilder(IServiceCollection services, MessagingRegistrations registrations) => (Services, _registrations) = (services, registrations);

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Says where messages of a type go. A type goes one way; to reach several queues, publish to a topic.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <param name="type">The name of the type on the wire, such as <c>order.placed</c>.</param>
    /// <param name="to">The destination.</param>
    /// <returns>The route, to add middleware to.</returns>
    public PublishBuilder<TMessage> Publish<TMessage>(string type, Func<DestinationBuilder, TransportDestination> to)
        where TMessage : notnull
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(to);
        var route = new PublishBuilder<TMessage>(Services, type, to(new DestinationBuilder(Services)));
        _registrations.Routes.Add(route);
        return route;
    }

    /// <summary>Consumes from a source.</summary>
    /// <param name="from">The source.</param>
    /// <returns>The consumer, to add middleware and handlers to.</returns>
    public ConsumeBuilder Consume(Func<SourceBuilder, TransportSource> from)
    {
        ArgumentNullException.ThrowIfNull(from);
        var consumer = new ConsumeBuilder(Services, from(new SourceBuilder(Services)));
        _registrations.Consumers.Add(consumer);
        return consumer;
    }

    /// <summary>Says that this module publishes a type which another module routes: a missing route is then an error at start, not at the first publish.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <returns>The same builder.</returns>
    public MessagingBuilder RequireRoute<TMessage>()
        where TMessage : notnull
    {
        _registrations.RequiredRoutes.Add(typeof(TMessage));
        return this;
    }

    /// <summary>Names this application in the messages it publishes; <c>/</c> and the application's name by default.</summary>
    /// <param name="source">A URI reference, such as <c>/orders</c> or <c>https://example.com/orders</c>.</param>
    /// <returns>The same builder.</returns>
    public MessagingBuilder PublishAs(string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        _registrations.Source = source;
        return this;
    }

    /// <summary>Writes and reads messages by source-generated type information, as Native AOT needs.</summary>
    /// <param name="context">A <c>JsonSerializerContext</c> or another resolver that knows all message types.</param>
    /// <returns>The same builder.</returns>
    public MessagingBuilder UseJson(IJsonTypeInfoResolver context) => UseSerializer(new JsonMessageSerializer(context));

    /// <summary>Writes and reads messages by System.Text.Json with these options.</summary>
    /// <param name="options">The options; not to be changed afterwards.</param>
    /// <returns>The same builder.</returns>
    public MessagingBuilder UseJson(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return UseSerializer(new JsonMessageSerializer(options));
    }

    /// <summary>Writes and reads messages another way.</summary>
    /// <param name="serializer">The serializer.</param>
    /// <returns>The same builder.</returns>
    public MessagingBuilder UseSerializer(IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _registrations.Serializer = serializer;
        return this;
    }

    /// <summary>Sets what operators may change; their settings in the section <c>Messaging</c> go over it.</summary>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public MessagingBuilder Configure(Action<MessagingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _registrations.Configure += configure;
        return this;
    }
}
