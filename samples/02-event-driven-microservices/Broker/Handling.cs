using Messaging.Kit;
using Messaging.Kit.Hosting;
using Messaging.Kit.Middleware.Redelivery;

namespace EventDrivenMicroservices;

/// <summary>What is around the handlers of every service.</summary>
internal static class Handling
{
    /// <summary>
    /// Short retries on the spot, long ones in the queue, and what fails for good is kept. There is no idempotency step: each service's
    /// own book has one row for each order, and that outlives a crash.
    /// </summary>
    public static ConsumeBuilder WithCare(this ConsumeBuilder consumer, Broker broker) => consumer
        .Configure(options => options.Concurrency = 64)
        .UseDeadLetter(broker.To(Routes.DeadLetters), maxDeliveries: 5)
        .UseRedelivery(BackOff.Exponential(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2)))
        .UseRetry(retry => retry.Delay = TimeSpan.FromMilliseconds(20));

    /// <summary>Handles the events of a kind.</summary>
    public static ConsumeBuilder HandleEvent<TEvent, THandler>(this ConsumeBuilder consumer)
        where TEvent : IOrderEvent
        where THandler : class, IMessageHandler<TEvent> => consumer.Handle<TEvent, THandler>(TEvent.Type);
}
