using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Middleware.RetryTopics;
using Messaging.Kit.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit;

/// <summary>Adds retry topics to consumers.</summary>
public static class RetryTopicsBuilderExtensions
{
    /// <summary>
    /// Sends a message that fails to a topic of its own, where it waits for its next attempt while those behind it go on. The consumer
    /// consumes from those topics, too, with the same middleware and handlers. Add it after <c>UseDeadLetter</c>, which gets what fails at the last one.
    /// </summary>
    /// <remarks>
    /// Order ends where it begins: messages of the key that come after one that failed are handled before it. For sources that can hold a message
    /// back by themselves, such as SQS queues, <c>UseRedelivery</c> does the same without further queues; there the wait for a message's time counts as a
    /// delivery, so <c>UseDeadLetter</c> needs to allow two or more.
    /// </remarks>
    /// <param name="builder">The consumer.</param>
    /// <param name="configure">Names the topics and how long a message waits in each; at least one.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseRetryTopics(this ConsumeBuilder builder, Action<RetryTopicsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new RetryTopicsOptions(builder.Services);
        configure(options);
        builder.FurtherSources.AddRange(options.Topics.Select(topic => topic.Source));
        return builder.Use(new PipelineStep<ConsumeContext>(environment => Create(environment, options))
        {
            Validate = name => options.Topics.Count > 0 ? [] : [$"{name}: UseRetryTopics names no topic. Add one, or leave it out."],
            Destinations = () => options.Topics.Select(topic => topic.Destination),
        });
    }

    private static RetryTopicsMiddleware Create(PipelineEnvironment environment, RetryTopicsOptions options)
    {
        environment.RefuseTransactions("UseRetryTopics", "what a failed attempt has published would be committed together with the message's next attempt.");
        return new(
            [.. options.Topics.Select(topic => (topic.Delay, environment.SenderFor(topic.Destination)))],
            environment.Services.GetService<TimeProvider>() ?? TimeProvider.System,
            new QuietLogger(environment.Services.GetRequiredService<ILogger<RetryTopicsMiddleware>>()));
    }
}
