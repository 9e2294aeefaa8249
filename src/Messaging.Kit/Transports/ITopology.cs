namespace Messaging.Kit.Transports;

/// <summary>A destination or source that can describe itself to the broker: see that its queue is there, or make it.</summary>
public interface ITopology
{
    /// <summary>Creates what is missing, or only compares.</summary>
    /// <param name="mode">What the application does with all of its queues and topics; an endpoint may have been told otherwise for itself.</param>
    /// <param name="name">The physical name.</param>
    /// <param name="services">The application's services.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Every difference between what is and what should be, in words that say what to do; empty when there is none.</returns>
    /// <exception cref="Messages.TransportException">The broker cannot be reached or refuses.</exception>
    ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken);
}
