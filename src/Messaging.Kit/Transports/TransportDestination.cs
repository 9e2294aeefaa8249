namespace Messaging.Kit.Transports;

/// <summary>Where messages are published to. Adapters derive from it; users get one from <c>to.Sqs("orders")</c> and the like.</summary>
public abstract class TransportDestination : TransportEndpoint
{
    /// <summary>Describes a destination.</summary>
    /// <param name="transport">The transport's name.</param>
    /// <param name="name">The logical name.</param>
    /// <param name="address">The physical name unless operators give another; the logical name when omitted.</param>
    protected TransportDestination(string transport, string name, string? address = null)
        : base(transport, name, address)
    {
    }

    /// <summary>Makes the sender. Called once for each physical destination; does not connect.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="services">The application's services.</param>
    /// <returns>The sender, owned by the kit.</returns>
    public abstract ITransportSender CreateSender(string name, IServiceProvider services);
}
