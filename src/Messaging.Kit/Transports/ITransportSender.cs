using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>Sends envelopes to one destination. All that a transport needs to be published to.</summary>
/// <remarks>
/// Safe for concurrent use. A sender does not batch, retry or wait: the kit fills batches within <see cref="Limits"/>, sends
/// again what failed transiently, and holds publishers back.
/// </remarks>
public interface ITransportSender : IAsyncDisposable
{
    /// <summary>What one call takes. May change over time, for example when a queue's own limit has been read.</summary>
    TransportLimits Limits { get; }

    /// <summary>What this sender can do; fixed.</summary>
    TransportFeatures Features { get; }

    /// <summary>The size of an envelope as the transport counts it. Exact, for batches are cut and messages refused by it.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <returns>Bytes.</returns>
    int Measure(Envelope envelope);

    /// <summary>
    /// Sends a batch in one call. Completes when the broker has accepted what is not marked as failed.
    /// </summary>
    /// <param name="batch">
    /// At least one envelope. An entry that the broker did not accept is marked with <see cref="TransportBatch{T}.Fail"/>. The
    /// envelopes and the memory of their bodies may be used only until the call returns.
    /// </param>
    /// <param name="cancellationToken">Ends the call early; what was sent may have been accepted all the same.</param>
    /// <returns>A task for the call.</returns>
    /// <exception cref="TransportException">The whole call failed; the kind says whether it may be repeated.</exception>
    /// <exception cref="ObjectDisposedException">The sender has been disposed.</exception>
    ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken);
}
