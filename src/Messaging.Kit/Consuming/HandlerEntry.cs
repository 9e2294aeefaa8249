using System.Runtime.CompilerServices;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Serialization;

namespace Messaging.Kit.Consuming;

/// <summary>The last step for messages of one type, closed over that type when it is registered: decode, then handle.</summary>
internal abstract class HandlerEntry(string type)
{
    public string Type { get; } = type;

    public abstract Type MessageType { get; }

    public abstract string? Validate(IMessageSerializer serializer);

    public abstract ValueTask HandleAsync(ConsumeContext context, IMessageSerializer serializer, MessageObservers observers);
}

internal sealed class HandlerEntry<TMessage>(string type, Func<ConsumeContext, IMessageHandler<TMessage>> handlerFor) : HandlerEntry(type)
    where TMessage : notnull
{
    public override Type MessageType => typeof(TMessage);

    public override string? Validate(IMessageSerializer serializer) => serializer.Validate<TMessage>();

    public override ValueTask HandleAsync(ConsumeContext context, IMessageSerializer serializer, MessageObservers observers)
    {
        var message = Decode(context.Envelope, serializer);
        var handling = handlerFor(context).HandleAsync(message, context, context.CancellationToken);
        return observers.Any ? ObserveAsync(handling, context, message, observers) : handling;
    }

    // A body that cannot be decoded today cannot be decoded tomorrow, whatever a converter or a constructor throws.
    private static TMessage Decode(Envelope envelope, IMessageSerializer serializer)
    {
        try
        {
            return serializer.Deserialize<TMessage>(envelope.Body.Span);
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
