using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Middleware.Compression;

/// <summary>
/// Expands bodies that say they are compressed, once for all attempts inside. Outside of this step the message stays as it was
/// received, so that is how it is dead-lettered.
/// </summary>
internal sealed class ExpandMiddleware(CompressionOptions options) : IMessageMiddleware<ConsumeContext>
{
    public ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next) =>
        context.Envelope.HasHeaders && context.Envelope.Headers.TryGetValue(HeaderNames.ContentEncoding, out var encoding)
            ? ExpandAsync(context, next, encoding)
            : next(context);

    private async ValueTask ExpandAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next, string encoding)
    {
        var envelope = context.Envelope;
        var received = envelope.Body;
        using var expanded = BodyCodec.Expand(received, encoding, options.MaxExpandedBytes);
        envelope.Body = expanded.Written;
        envelope.Headers.Remove(HeaderNames.ContentEncoding);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            envelope.Body = received;
            envelope.Headers.Set(HeaderNames.ContentEncoding, encoding);
        }
    }
}
