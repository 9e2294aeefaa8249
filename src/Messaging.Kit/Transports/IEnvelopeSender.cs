using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>Sends single envelopes to one destination. Behind it they are batched, and what fails transiently is sent again.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface IEnvelopeSender
{
    /// <summary>Where it sends to.</summary>
    TransportEndpoint Destination { get; }

    /// <summary>Completes when the broker has accepted the envelope.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="cancellationToken">Takes the envelope back if it has not left yet; once it is under way its outcome is awaited.</param>
    /// <returns>A task for the outcome.</returns>
    /// <exception cref="TransportException">The broker has not accepted it.</exception>
    /// <exception cref="OperationCanceledException">It was taken back.</exception>
    ValueTask SendAsync(Envelope envelope, CancellationToken cancellationToken);
}
