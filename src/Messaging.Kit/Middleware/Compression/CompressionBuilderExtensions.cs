using Messaging.Kit.Hosting;
using Messaging.Kit.Middleware.Compression;
using Messaging.Kit.Pipeline;

namespace Messaging.Kit;

/// <summary>Adds compression to pipelines.</summary>
public static class CompressionBuilderExtensions
{
    /// <summary>Compresses bodies that become smaller by it. The message says so itself: consumers need no settings to match.</summary>
    /// <typeparam name="TMessage">The messages' type.</typeparam>
    /// <param name="builder">The route.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static PublishBuilder<TMessage> UseCompression<TMessage>(this PublishBuilder<TMessage> builder, Action<CompressionOptions>? configure = null)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = Options(configure);
        return builder.Use(new PipelineStep<PublishContext>(environment => new CompressMiddleware(options, environment.Features)) { Validate = options.Validate });
    }

    /// <summary>Expands compressed bodies, whatever they are compressed with. Others pass as they are.</summary>
    /// <param name="builder">The consumer.</param>
    /// <param name="configure">Sets the options; only <see cref="CompressionOptions.MaxExpandedBytes"/> matters here.</param>
    /// <returns>The same builder.</returns>
    public static ConsumeBuilder UseCompression(this ConsumeBuilder builder, Action<CompressionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = Options(configure);
        return builder.Use(new PipelineStep<ConsumeContext>(_ => new ExpandMiddleware(options)) { Validate = options.Validate });
    }

    private static CompressionOptions Options(Action<CompressionOptions>? configure)
    {
        var options = new CompressionOptions();
        configure?.Invoke(options);
        return options;
    }
}
