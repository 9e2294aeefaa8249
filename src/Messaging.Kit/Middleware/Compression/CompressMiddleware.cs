using System.Buffers.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Middleware.Compression;

/// <summary>
/// Compresses bodies on their way out when that makes them smaller on the wire; says so in a header. Where bodies travel as text, the
/// compressed one pays for base64, and that is counted.
/// </summary>
internal sealed class CompressMiddleware(CompressionOptions options, TransportFeatures features) : IMessageMiddleware<PublishContext>
{
    private readonly string _encoding = BodyCodec.NameOf(options.Algorithm);
    private readonly bool _standsAside = (features & (TransportFeatures.Compression | TransportFeatures.RoutingByBody)) != 0 && !options.Always;

    public ValueTask InvokeAsync(PublishContext context, MessageDelegate<PublishContext> next)
    {
        var envelope = context.Envelope;
        return _standsAside || envelope.Body.Length < options.Threshold || (envelope.HasHeaders && envelope.Headers.TryGetValue(HeaderNames.ContentEncoding, out _))
            ? next(context)
            : CompressAsync(context, next);
    }

    private async ValueTask CompressAsync(PublishContext context, MessageDelegate<PublishContext> next)
    {
        var envelope = context.Envelope;
        var plain = envelope.Body;
        using var compressed = BodyCodec.Compress(plain, options.Algorithm, options.Level);
        if (OnTheWire(compressed.Length) >= (envelope.HasJsonBody ? plain.Length : OnTheWire(plain.Length)))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        envelope.Body = compressed.Written;
        envelope.Headers.Set(HeaderNames.ContentEncoding, _encoding);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            // What is outside of this step, such as an observer, sees the message as it was; and the buffer goes back to its pool.
            envelope.Body = plain;
            envelope.Headers.Remove(HeaderNames.ContentEncoding);
        }
    }

    private int OnTheWire(int length) => features.HasFlag(TransportFeatures.BinaryBody) ? length : Base64.GetMaxEncodedToUtf8Length(length);
}
