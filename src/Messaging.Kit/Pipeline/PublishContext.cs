using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Pipeline;

/// <summary>A message on its way out.</summary>
public abstract class PublishContext : MessageContext
{
    private protected PublishContext(Envelope envelope, TransportEndpoint destination) =>
        (Envelope, Destination) = (envelope, destination);

    /// <summary>What will be sent. Middleware may change its body and headers.</summary>
    public Envelope Envelope { get; }

    /// <summary>Where it goes.</summary>
    public TransportEndpoint Destination { get; }

    /// <summary>The user's message that the envelope was made of.</summary>
    public abstract object Message { get; }
}
