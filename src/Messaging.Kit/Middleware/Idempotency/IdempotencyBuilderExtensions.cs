using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Middleware.Idempotency;
using Messaging.Kit.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit;

/// <summary>Adds idempotency to consumers.</summary>
public static class IdempotencyBuilderExtensions
{
    /// <summary>
    /// Handles each message once, however often it is delivered: a copy of a message that has been handled is acknowledged, one of a
    /// message that is being handled comes again later. Add it after <c>UseDeadLetter</c>.
    /// </summary>
    /// <param name="builder">The consumer.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseIdempotency(this ConsumeBuilder builder, Action<IdempotencyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new IdempotencyOptions();
        configure?.Invoke(options);
        builder.Services.TryAddSingleton<IIdempotencyStore>(services => new InMemoryIdempotencyStore(services.GetService<TimeProvider>()));
        return builder.Use(new PipelineStep<ConsumeContext>(environment => Create(environment, options)) { Validate = options.Validate });
    }

    private static IdempotencyMiddleware Create(PipelineEnvironment environment, IdempotencyOptions options)
    {
        environment.RefuseTransactions("UseIdempotency", "a message that comes again after its transaction was undone would be taken for done.");
        return new(
            environment.Name,
            options,
            options.Store ?? environment.Services.GetRequiredService<IIdempotencyStore>(),
            environment.Services.GetRequiredService<MessageObservers>(),
            environment.Services.GetService<TimeProvider>() ?? TimeProvider.System,
            new QuietLogger(environment.Services.GetRequiredService<ILogger<IdempotencyMiddleware>>()));
    }
}
