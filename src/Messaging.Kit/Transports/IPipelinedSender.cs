using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>
/// A sender whose client batches and sends again by itself and keeps order while it does (Kafka). The kit gives it one envelope at
/// a time, without waiting for the one before.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface IPipelinedSender : ITransportSender
{
    /// <summary>
    /// Takes an envelope over. Messages of a key are delivered in the order in which they were taken over.
    /// </summary>
    /// <param name="envelope">The envelope; it and the memory of its body may be used until the inner task completes.</param>
    /// <param name="cancellationToken">Takes the envelope back until it has been taken over.</param>
    /// <returns>
    /// The outer task completes when the envelope has been taken over, at once unless the client's own queue is full. The inner task
    /// completes when the broker has accepted it, and fails with a <see cref="TransportException"/> when it has not.
    /// </returns>
    ValueTask<ValueTask> PostAsync(Envelope envelope, CancellationToken cancellationToken);

    /// <summary>Takes nothing more, and completes when all that was taken over has its outcome.</summary>
    /// <param name="deadline">Ends the wait: what has no outcome by then fails.</param>
    /// <returns>A task for the work.</returns>
    ValueTask FlushAsync(CancellationToken deadline);
}
