using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>Receives envelopes from one source. All that a transport needs to be consumed from.</summary>
/// <remarks>
/// Safe for concurrent use. A receiver pulls when it is asked: prefetching, order, parallelism, renewal and shutdown are the
/// kit's work.
/// </remarks>
public interface ITransportReceiver : IAsyncDisposable
{
    /// <summary>What one call takes: most messages of a receive and of a settlement.</summary>
    TransportLimits Limits { get; }

    /// <summary>What this receiver can do; fixed.</summary>
    TransportFeatures Features { get; }

    /// <summary>Waits for messages, for as long as the transport's own poll lasts. One that ends empty at once is repeated after a tenth of a second.</summary>
    /// <param name="maxMessages">Most messages to return; 1 or more, and no more than <see cref="TransportLimits.BatchCount"/> are returned.</param>
    /// <param name="cancellationToken">
    /// Ends the wait at once. No message is stranded by that: what arrives all the same goes back to the source.
    /// </param>
    /// <returns>
    /// What came, messages of the same key in their order; empty when nothing came. Never a message that cannot be settled, and
    /// a body that makes no sense is returned as it is, not thrown.
    /// </returns>
    /// <exception cref="TransportException">The source cannot be reached, does not exist, or refuses.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The receiver has been disposed.</exception>
    ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken);

    /// <summary>Settles a batch, its entries in their order. Settling an entry again changes nothing.</summary>
    /// <param name="batch">
    /// At least one entry, at most <see cref="TransportLimits.BatchCount"/>. An entry that could not be settled is marked with
    /// <see cref="TransportBatch{T}.Fail"/>: <see cref="FailureKind.NotFound"/> when its lease is over.
    /// </param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>A task for the call.</returns>
    /// <exception cref="TransportException">The whole call failed; the kind says whether it may be repeated.</exception>
    /// <exception cref="ObjectDisposedException">The receiver has been disposed.</exception>
    ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken);
}
