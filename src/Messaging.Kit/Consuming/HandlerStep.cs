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
    private readonly FrozenDictionary<string, HandlerChoice> _choices =
        entries.GroupBy(entry => entry.Type).ToFrozenDictionary(group => group.Key, group => new HandlerChoice(group), StringComparer.Ordinal);

    public ValueTask HandleAsync(ConsumeContext context)
    {
        if (context.IsExhausted)
        {
            throw new DeliveriesExhaustedException(context.DeliveryCount);
        }

        var envelope = context.Envelope;
        var type = envelope.Type.Length > 0 ? envelope.Type : defaultType;
        HandlerChoice? choice = null;
        if (!(type is not null && _choices.TryGetValue(type, out choice)) && rawHandler is not null)
        {
            return rawHandler.HandleAsync(context, observers);
        }

        if (type is null)
        {
            throw new PoisonMessageException($"The message carries no type, and {context.Consumer} has no DefaultType for such.");
        }

        if (choice is null)
        {
            return ignoresOthers ? default : throw new PoisonMessageException($"{context.Consumer} has no handler for messages of type '{type}'. Add Handle<T>(\"{type}\"), or IgnoreOtherTypes.");
        }

        if (envelope.HasHeaders && envelope.Headers.TryGetValue(HeaderNames.ContentEncoding, out var encoding))
        {
            throw new PoisonMessageException($"The body is compressed with {encoding}, and {context.Consumer} does not expand it. Add UseCompression().");
        }

        if (choice.For(envelope) is not { } entry)
        {
            return rawHandler is not null ? rawHandler.HandleAsync(context, observers)
                : ignoresOthers ? default
                : throw new PoisonMessageException($"No handler of {context.Consumer} wants this message of type '{type}': it matches none of their patterns. Add a Handle<T>(\"{type}\") without a pattern, or IgnoreOtherTypes.");
        }

        return entry.HandleAsync(context, serializer, observers);
    }
}
