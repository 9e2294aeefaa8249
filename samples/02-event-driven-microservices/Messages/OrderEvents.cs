using Messaging.Kit;
using Messaging.Kit.Hosting;
using Messaging.Kit.Transports;

namespace EventDrivenMicroservices;

/// <summary>How all services publish and handle what happens to orders.</summary>
internal static class OrderEvents
{
    /// <summary>Says where events of a kind go.</summary>
    public static void PublishEvent<TEvent>(this MessagingBuilder kit, Func<DestinationBuilder, TransportDestination> to)
        where TEvent : IOrderEvent => kit.Publish<TEvent>(TEvent.Type, to);

    /// <summary>
    /// Tells what has happened. The id comes from the order and the kind of event, so telling it again, after a crash, makes a copy and
    /// not a second event. It is not taken back: what it tells about has been done.
    /// </summary>
    public static ValueTask TellAsync<TEvent>(this IMessageBus bus, TEvent message)
        where TEvent : IOrderEvent =>
        bus.PublishAsync(message, new PublishOptions { Id = $"{message.Order.Id}/{TEvent.Type}" }, CancellationToken.None);
}
