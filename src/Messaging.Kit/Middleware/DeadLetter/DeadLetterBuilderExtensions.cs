using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Middleware.DeadLetter;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Kit;

/// <summary>Adds dead-letter routing to consumers.</summary>
public static class DeadLetterBuilderExtensions
{
    /// <summary>
    /// Sends messages that cannot be handled somewhere else, where people look after them: poison at once, others when they have had
    /// their deliveries. Add it first, so that it sees what everything inside throws.
    /// </summary>
    /// <param name="builder">The consumer.</param>
    /// <param name="to">Where to; not the source itself. A FIFO queue's dead-letter queue should be FIFO.</param>
    /// <param name="maxDeliveries">How many deliveries a message may have; 1 or more.</param>
    /// <param name="configure">Adds rules by type of exception.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseDeadLetter(
        this ConsumeBuilder builder,
        Func<DestinationBuilder, TransportDestination> to,
        int maxDeliveries = 5,
        Action<DeadLetterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(to);
        var destinations = new DestinationBuilder(builder.Services);
        var options = new DeadLetterOptions(destinations, to(destinations), maxDeliveries);
        configure?.Invoke(options);
        var source = builder.Source;
        return builder.Use(new PipelineStep<ConsumeContext>(environment => Create(environment, options, source))
        {
            ReadSettings = settings => settings.Number<int>(nameof(options.MaxDeliveries), value => options.MaxDeliveries = value),
            Validate = name => options.MaxDeliveries >= 1 ? [] : [$"{name}: a message may have {options.MaxDeliveries} deliveries before it is dead-lettered; use 1 or more."],
            Destinations = () => options.Destinations,
        });
    }

    private static DeadLetterMiddleware Create(PipelineEnvironment environment, DeadLetterOptions options, TransportSource source)
    {
        var name = environment.Services.GetRequiredService<IOptions<MessagingOptions>>().Value.PhysicalNameOf(source);
        var senders = options.Destinations.Distinct().ToDictionary(destination => destination, environment.SenderFor);
        return new DeadLetterMiddleware(
            options,
            destination => senders[destination],
            $"{source.Transport}:{name}",
            environment.Services.GetRequiredService<MessageObservers>(),
            environment.Services.GetService<TimeProvider>() ?? TimeProvider.System,
            new QuietLogger(environment.Services.GetRequiredService<ILogger<DeadLetterMiddleware>>()));
    }
}
