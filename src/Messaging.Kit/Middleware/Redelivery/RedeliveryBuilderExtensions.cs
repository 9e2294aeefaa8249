using Messaging.Kit.Hosting;
using Messaging.Kit.Middleware.Redelivery;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;

namespace Messaging.Kit;

/// <summary>Adds a redelivery policy to consumers.</summary>
public static class RedeliveryBuilderExtensions
{
    /// <summary>Says when a message whose delivery failed comes again. Without it: after 1 s, then twice as long each time, up to 5 min.</summary>
    /// <param name="builder">The consumer.</param>
    /// <param name="backOff">The back-off.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseRedelivery(this ConsumeBuilder builder, BackOff backOff) => builder.UseRedelivery(options => options.BackOff = backOff);

    /// <summary>Says when a message whose delivery failed comes again, by type of exception where that matters.</summary>
    /// <param name="builder">The consumer.</param>
    /// <param name="configure">Sets the options; settings of <c>Messaging:Consumers:{name}:Redelivery</c> (<c>Delay</c>, <c>MaxDelay</c>) go over its back-off.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseRedelivery(this ConsumeBuilder builder, Action<RedeliveryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new RedeliveryOptions();
        configure?.Invoke(options);
        return builder.Use(new PipelineStep<ConsumeContext>(_ => new RedeliveryMiddleware(options))
        {
            ReadSettings = settings => settings.Section("Redelivery", redelivery => Read(redelivery, options)),
            Validate = options.Validate,
        });
    }

    private static void Read(SettingsReader settings, RedeliveryOptions options)
    {
        settings.Time("Delay", value => options.OperatorDelay = value);
        settings.Time("MaxDelay", value => options.OperatorMaxDelay = value);
    }
}
