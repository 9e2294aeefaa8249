using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>A receiver whose messages are leased and come back when the lease is not renewed (SQS: the visibility timeout).</summary>
public interface ILeaseRenewer
{
    /// <summary>How long a lease lasts from the receive or from its last renewal.</summary>
    TimeSpan LeaseDuration { get; }

    /// <summary>How long a message can be held altogether, counted from its receive; renewals end there (SQS: 12 hours).</summary>
    TimeSpan MaxLease { get; }

    /// <summary>Renews the leases of a batch for <see cref="LeaseDuration"/> from now.</summary>
    /// <param name="batch">
    /// At least one envelope. An entry that could not be renewed is marked with <see cref="TransportBatch{T}.Fail"/>:
    /// <see cref="Messages.FailureKind.NotFound"/> means that the lease is lost, any other failure is tried again while the lease lasts.
    /// </param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>A task for the call.</returns>
    /// <exception cref="TransportException">The whole call failed; the kind says whether it may be repeated.</exception>
    ValueTask RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken);
}
