using System.Collections.Frozen;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.DeadLetter;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Serialization;

namespace Messaging.Kit.Consuming;

/// <summary>The end of the consume pipeline: finds the handler of the message's type in the registered map, and nowhere else.</summary>
internal sealed class HandlerStep(
    IEnumerable<HandlerEntry> entries,
    RawHandler? rawHandler,
    string? defaultType,
    bool ignoresOthers,
    IMessageSerializer serializer,
    MessageObservers observers)
{
    private readonly FrozenDictionary<string, HandlerEntry> _entries = entries.ToFrozenDictionary(entry => entry.Type, StringComparer.Ordinal);

    public ValueTask HandleAsync(ConsumeContext context)
    {
        if (context.IsExhausted)
        {
            throw new DeliveriesExhaustedException(context.DeliveryCount);
        }

        var envelope = context.Envelope;
        var type = envelope.Type.Length > 0 ? envelope.Type : defaultType;
        HandlerEntry? entry = null;
        if (!(type is not null && _entries.TryGetValue(type, out entry)) && rawHandler is not null)
        {
            return rawHandler.HandleAsync(context, observers);
        }

        if (type is null)
        {
            throw new PoisonMessageException($"The message carries no type, and {context.Consumer} has no DefaultType for such.");
        }

        if (entry is null)
        {
            return ignoresOthers ? default : throw new PoisonMessageException($"{context.Consumer} has no handler for messages of type '{type}'. Add Handle<T>(\"{type}\"), or IgnoreOtherTypes.");
        }

        if (envelope.HasHeaders && envelope.Headers.TryGetValue(HeaderNames.ContentEncoding, out var encoding))
        {
            throw new PoisonMessageException($"The body is compressed with {encoding}, and {context.Consumer} does not expand it. Add UseCompression().");
        }

        return entry.HandleAsync(context, serializer, observers);
    }
}
