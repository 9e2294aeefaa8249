using Messaging.Kit.Publishing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Hosting;

/// <summary>What operators change without touching the code. Bound from the section <c>Messaging</c>.</summary>
public sealed class MessagingOptions
{
    /// <summary>Physical names by logical names, for all transports: <c>Messaging:Names:orders = prod-orders</c>.</summary>
    public IDictionary<string, string> Names { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How messages leave, for each destination.</summary>
    public SendingOptions Sending { get; } = new();

    /// <summary>What happens at start with the queues and topics that are named; nothing by default.</summary>
    public TopologyMode Topology { get; set; }

    /// <summary>
    /// How long a stop waits for handlers before it cancels them. Above zero, at most a day; 20 s by default, below the 30 s that the host itself
    /// allows (<c>HostOptions.ShutdownTimeout</c>).
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    internal string PhysicalNameOf(TransportEndpoint endpoint) => Names.TryGetValue(endpoint.Name, out var name) ? name : endpoint.Address;
}
