using Messaging.Kit.Transports;

namespace Messaging.Kit.Consuming;

/// <summary>A running consumer, for dashboards, health checks and operators.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface IMessageConsumer
{
    /// <summary>The consumer's name, by default the logical name of its source.</summary>
    string Name { get; }

    /// <summary>What it consumes from.</summary>
    TransportEndpoint Source { get; }

    /// <summary>What it is doing.</summary>
    ConsumerState State { get; }

    /// <summary>Messages held, from receive to settlement.</summary>
    int InFlight { get; }

    /// <summary>Messages in the hands of handlers.</summary>
    int Handling { get; }

    /// <summary>Why the last receive failed, while the consumer is <see cref="ConsumerState.Reconnecting"/>.</summary>
    Exception? LastFailure { get; }

    /// <summary>Receives nothing more until <see cref="Resume"/>. What is held is handled. A call that is waiting already may still bring messages.</summary>
    void Pause();

    /// <summary>Receives again.</summary>
    void Resume();

    /// <summary>Reads how much waits at the source.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The figures, or <see langword="null"/> when the transport has none.</returns>
    /// <exception cref="Messages.TransportException">The source cannot be reached or refuses.</exception>
    ValueTask<Backlog?> GetBacklogAsync(CancellationToken cancellationToken = default);
}
