using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Retry;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Polly;

namespace Messaging.Kit;

/// <summary>Adds retry to pipelines.</summary>
public static class RetryBuilderExtensions
{
    /// <summary>
    /// Tries again what is inside of this step, a few times and at short intervals, each time with fresh scoped services. Add it last, so
    /// that it stands around the handler only. A message that still fails goes back to its source.
    /// </summary>
    /// <param name="builder">The consumer.</param>
    /// <param name="configure">Sets the options; settings of <c>Messaging:Consumers:{name}:Retry</c> go over them.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseRetry(this ConsumeBuilder builder, Action<RetryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new RetryOptions();
        configure?.Invoke(options);
        return builder.Use(new PipelineStep<ConsumeContext>(environment => Consume(environment, options.Build(TimeOf(environment), IsHopeless)))
        {
            ReadSettings = settings => settings.Section("Retry", retry => Read(retry, options)),
            Validate = options.Validate,
        });
    }

    /// <summary>
    /// Runs what is inside of this step through your own Polly pipeline: retries, circuit breakers, timeouts, rate limits. Its own
    /// predicates decide what is tried again; exclude <see cref="PoisonMessageException"/> there.
    /// </summary>
    /// <param name="builder">The consumer.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseRetry(this ConsumeBuilder builder, ResiliencePipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(pipeline);
        return builder.Use(environment => Consume(environment, pipeline));
    }

    /// <summary>Tries to publish again after the transport's own attempts have failed transiently.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <param name="builder">The route.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static PublishBuilder<TMessage> UseRetry<TMessage>(this PublishBuilder<TMessage> builder, Action<RetryOptions>? configure = null)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new RetryOptions();
        configure?.Invoke(options);
        return builder.Use(new PipelineStep<PublishContext>(environment => Publish(options.Build(TimeOf(environment), IsHopelessToPublish)))
        {
            Validate = options.Validate,
        });
    }

    /// <summary>Runs publishes through your own Polly pipeline.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <param name="builder">The route.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static PublishBuilder<TMessage> UseRetry<TMessage>(this PublishBuilder<TMessage> builder, ResiliencePipeline pipeline)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(pipeline);
        return builder.Use(_ => Publish(pipeline));
    }

    private static RetryMiddleware<ConsumeContext> Consume(PipelineEnvironment environment, ResiliencePipeline pipeline)
    {
        var observers = environment.Services.GetRequiredService<MessageObservers>();
        return new(pipeline, async (context, failure) =>
        {
            await context.DisposeScopeAsync().ConfigureAwait(false);
            MessagingDiagnostics.Retries.Add(1, new KeyValuePair<string, object?>(Tags.ConsumerGroup, context.Consumer));
            observers.Retried(context, failure);
        });
    }

    private static RetryMiddleware<PublishContext> Publish(ResiliencePipeline pipeline) => new(pipeline, static (_, _) => default);

    // Cancellation is not here: a pipeline whose token is cancelled ends by itself, and a time-out of the handler's own can be tried again.
    private static bool IsHopeless(Exception exception) => exception is PoisonMessageException or MessageInProgressException;

    private static bool IsHopelessToPublish(Exception exception) => exception is not TransportException { IsTransient: true };

    private static TimeProvider TimeOf(PipelineEnvironment environment) => environment.Services.GetService<TimeProvider>() ?? TimeProvider.System;

    private static void Read(SettingsReader settings, RetryOptions options)
    {
        settings.Number<int>(nameof(options.MaxAttempts), value => options.MaxAttempts = value);
        settings.Time(nameof(options.Delay), value => options.Delay = value);
        settings.Time(nameof(options.MaxDelay), value => options.MaxDelay = value);
    }
}
