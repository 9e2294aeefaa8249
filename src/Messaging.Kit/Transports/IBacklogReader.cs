namespace Messaging.Kit.Transports;

/// <summary>A receiver that knows how much waits at its source.</summary>
public interface IBacklogReader
{
    /// <summary>Reads how much waits.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="Messages.TransportException">The source cannot be reached, does not exist, or refuses.</exception>
    ValueTask<Backlog> GetBacklogAsync(CancellationToken cancellationToken);
}
