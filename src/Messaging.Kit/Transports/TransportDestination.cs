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

    /// <summary>
    /// Destinations of one transport for which this is equal share a sender, and with it batches and the order within a key. By default
    /// <see cref="TransportEndpoint.Identify"/>: one sender for each place.
    /// </summary>
    /// <param name="name">The physical name.</param>
    /// <returns>The identity.</returns>
    public virtual string IdentifySender(string name) => Identify(name);

    /// <summary>Makes the sender. Called once for those that share it; does not connect.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="services">The application's services.</param>
    /// <returns>The sender, owned by the kit.</returns>
    public abstract ITransportSender CreateSender(string name, IServiceProvider services);
}
