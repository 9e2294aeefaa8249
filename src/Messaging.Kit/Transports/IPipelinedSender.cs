using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>
/// A sender whose client batches and sends again by itself and keeps order while it does (Kafka). The kit gives it one envelope at
/// a time, without waiting for the one before.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Messages of a key are delivered in the order in which they were taken over. An envelope that has been taken
/// over is not looked at any more: neither it nor the memory of its body.
/// </remarks>
public interface IPipelinedSender : ITransportSender
{
    /// <summary>Takes an envelope over, unless that is to wait.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="receipt">Told what becomes of it, once it has been taken over: now or later, once, by any thread.</param>
    /// <returns>Whether it has been taken over; <see langword="false"/> when there is no room for it at the moment.</returns>
    /// <exception cref="TransportException">It cannot be sent.</exception>
    bool TryPost(Envelope envelope, ISendReceipt receipt);

    /// <summary>Takes an envelope over, as soon as there is room for it.</summary>
    /// <param name="envelope">The envelope; the sender's until the task completes.</param>
    /// <param name="receipt">Told what becomes of it, once it has been taken over: now or later, once, by any thread.</param>
    /// <param name="cancellationToken">Takes the envelope back until it has been taken over.</param>
    /// <returns>Completes when it has been taken over; fails with a <see cref="TransportException"/> when it cannot be sent.</returns>
    ValueTask PostAsync(Envelope envelope, ISendReceipt receipt, CancellationToken cancellationToken);

    /// <summary>Takes nothing more, and completes when all that was taken over has its outcome.</summary>
    /// <param name="deadline">Ends the wait: what has no outcome by then fails.</param>
    /// <returns>A task for the work.</returns>
    ValueTask FlushAsync(CancellationToken deadline);
}
