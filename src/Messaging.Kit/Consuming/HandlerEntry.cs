using System.Runtime.CompilerServices;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Routing;
using Messaging.Kit.Serialization;

namespace Messaging.Kit.Consuming;

/// <summary>The last step for messages of one type, closed over that type when it is registered: decode, then handle.</summary>
internal abstract class HandlerEntry(string type, EventPattern? when)
{
    public string Type { get; } = type;

    /// <summary>Which messages of the type it handles; <see langword="null"/> for all that no other wants.</summary>
    public EventPattern? When { get; } = when;

    public abstract Type MessageType { get; }

    public abstract string? Validate(IMessageSerializer serializer);

    public abstract ValueTask HandleAsync(ConsumeContext context, IMessageSerializer serializer, MessageObservers observers);
}

internal sealed class HandlerEntry<TMessage>(string type, EventPattern? when, Func<ConsumeContext, IMessageHandler<TMessage>> handlerFor) : HandlerEntry(type, when)
    where TMessage : notnull
{
    private MessageCodec<TMessage>? _codec;

    public override Type MessageType => typeof(TMessage);

    public override string? Validate(IMessageSerializer serializer) => serializer.Validate<TMessage>();

    public override ValueTask HandleAsync(ConsumeContext context, IMessageSerializer serializer, MessageObservers observers)
    {
        var message = Decode(context.Envelope, _codec ??= MessageCodec<TMessage>.For(serializer));
        var handling = handlerFor(context).HandleAsync(message, context, context.CancellationToken);
        return observers.Any ? ObserveAsync(handling, context, message, observers) : handling;
    }

    // A body that cannot be decoded today cannot be decoded tomorrow, whatever a converter or a constructor throws.
    private static TMessage Decode(Envelope envelope, MessageCodec<TMessage> codec)
    {
        try
        {
            return codec.Read(envelope.Body.Span);
        }
        catch (Exception exception) when (exception is not PoisonMessageException)
        {
            throw new PoisonMessageException($"The body cannot be decoded as {typeof(TMessage)}: {exception.Message}", exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ObserveAsync(ValueTask handling, ConsumeContext context, TMessage message, MessageObservers observers)
    {
        await handling.ConfigureAwait(false);
        observers.Handled(context, message);
    }
}
