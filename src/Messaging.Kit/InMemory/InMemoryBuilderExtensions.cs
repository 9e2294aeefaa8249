using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.InMemory.Streams;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Messaging.Kit;

/// <summary>
/// The in-memory broker as destination and source. The application has one <see cref="InMemoryBroker"/>, a singleton service, and
/// what the registrations name is declared in it when the bus is built.
/// </summary>
public static class InMemoryBuilderExtensions
{
    /// <summary>Publishes to a queue of the in-memory broker.</summary>
    /// <param name="to">The builder.</param>
    /// <param name="queue">The queue's name; it ends in <c>.fifo</c> for a FIFO queue.</param>
    /// <param name="configure">
    /// Sets the queue's options. Where the source of the same queue sets options too, those count; without any, the defaults.
    /// </param>
    /// <returns>The destination.</returns>
    public static TransportDestination InMemory(this DestinationBuilder to, string queue, Action<InMemoryQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        AddBroker(to.Services);
        return new InMemoryDestination(queue, configure is null ? null : Configure(configure), NamesOf);
    }

    /// <summary>Publishes to a topic of the in-memory broker: every queue that is subscribed gets a copy.</summary>
    /// <param name="to">The builder.</param>
    /// <param name="topic">The topic's name; it ends in <c>.fifo</c> for a FIFO topic.</param>
    /// <returns>The destination.</returns>
    public static TransportDestination InMemoryTopic(this DestinationBuilder to, string topic)
    {
        ArgumentNullException.ThrowIfNull(to);
        AddBroker(to.Services);
        return new InMemoryDestination(topic);
    }

    /// <summary>Publishes to an event bus of the in-memory broker: queues get the events that their rules ask for (<see cref="InMemoryQueueOptions.AddRule"/>).</summary>
    /// <param name="to">The builder.</param>
    /// <param name="bus">The bus's name.</param>
    /// <returns>The destination.</returns>
    public static TransportDestination InMemoryBus(this DestinationBuilder to, string bus) => to.InMemoryTopic(bus);

    /// <summary>Consumes a queue of the in-memory broker.</summary>
    /// <param name="from">The builder.</param>
    /// <param name="queue">The queue's name; it ends in <c>.fifo</c> for a FIFO queue.</param>
    /// <param name="configure">
    /// Sets the queue's options, and with <c>SubscribeTo</c> the topics it gets copies from. Two sources
    /// of one queue have to agree.
    /// </param>
    /// <returns>The source.</returns>
    public static TransportSource InMemory(this SourceBuilder from, string queue, Action<InMemoryQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        AddBroker(from.Services);
        return new InMemorySource(queue, configure is null ? null : Configure(configure), NamesOf);
    }

    /// <summary>Publishes to a stream of the in-memory broker: every group that reads it gets every message.</summary>
    /// <param name="to">The builder.</param>
    /// <param name="stream">The stream's name. Messages with the same key go into the same partition and keep their order.</param>
    /// <param name="configure">Sets the stream's options; where more than one destination of a stream does, they have to agree.</param>
    /// <returns>The destination.</returns>
    public static TransportDestination InMemoryStream(this DestinationBuilder to, string stream, Action<InMemoryStreamOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        AddBroker(to.Services);
        return new InMemoryStreamDestination(stream, configure is null ? null : Configure(configure));
    }

    /// <summary>Consumes a stream of the in-memory broker, as a member of a group: its members share the partitions.</summary>
    /// <param name="from">The builder.</param>
    /// <param name="stream">The stream's name. Messages keep their order within a key.</param>
    /// <param name="group">The group's name; the application's name unless given.</param>
    /// <param name="configure">Sets how the group reads.</param>
    /// <returns>The source.</returns>
    public static TransportSource InMemoryStream(this SourceBuilder from, string stream, string? group = null, Action<InMemoryGroupOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        AddBroker(from.Services);
        return new InMemoryStreamSource(stream, group, Configure(configure ?? (static _ => { })));
    }

    // A topic is published to by its physical name, so a queue must be subscribed by it as well.
    private static Func<string, string> NamesOf(IServiceProvider services)
    {
        var names = services.GetService<IOptions<MessagingOptions>>()?.Value.Names;
        return logical => names is not null && names.TryGetValue(logical, out var physical) ? physical : logical;
    }

    private static void AddBroker(IServiceCollection services) =>
        services.TryAddSingleton(provider => new InMemoryBroker(provider.GetService<TimeProvider>()));

    private static TOptions Configure<TOptions>(Action<TOptions> configure)
        where TOptions : new()
    {
        var options = new TOptions();
        configure(options);
        return options;
    }
}
