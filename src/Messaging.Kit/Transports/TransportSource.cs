namespace Messaging.Kit.Transports;

/// <summary>Where messages are consumed from. Adapters derive from it; users get one from <c>from.Sqs("orders")</c> and the like.</summary>
public abstract class TransportSource : TransportEndpoint
{
    /// <summary>Describes a source.</summary>
    /// <param name="transport">The transport's name.</param>
    /// <param name="name">The logical name.</param>
    /// <param name="address">The physical name unless operators give another; the logical name when omitted.</param>
    protected TransportSource(string transport, string name, string? address = null)
        : base(transport, name, address)
    {
    }

    /// <summary>Makes the receiver. Called once; does not connect.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="services">The application's services.</param>
    /// <returns>The receiver, owned by the kit.</returns>
    public abstract ITransportReceiver CreateReceiver(string name, IServiceProvider services);
}
