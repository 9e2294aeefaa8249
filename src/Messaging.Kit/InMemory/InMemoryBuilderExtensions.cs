using Messaging.Kit.InMemory;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

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
        return new InMemoryDestination(queue, Configure(configure));
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

    /// <summary>Consumes a queue of the in-memory broker.</summary>
    /// <param name="from">The builder.</param>
    /// <param name="queue">The queue's name; it ends in <c>.fifo</c> for a FIFO queue.</param>
    /// <param name="configure">
    /// Sets the queue's options, and with <see cref="InMemoryQueueOptions.SubscribeTo"/> the topics it gets copies from. Two sources
    /// of one queue have to agree.
    /// </param>
    /// <returns>The source.</returns>
    public static TransportSource InMemory(this SourceBuilder from, string queue, Action<InMemoryQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        AddBroker(from.Services);
        return new InMemorySource(queue, Configure(configure));
    }

    private static void AddBroker(IServiceCollection services) =>
        services.TryAddSingleton(provider => new InMemoryBroker(provider.GetService<TimeProvider>()));

    private static InMemoryQueueOptions? Configure(Action<InMemoryQueueOptions>? configure)
    {
        if (configure is null)
        {
            return null;
        }

        var options = new InMemoryQueueOptions();
        configure(options);
        return options;
    }
}
