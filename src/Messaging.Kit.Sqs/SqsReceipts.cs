using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>What is done to delivered messages by their receipts: delete, return, renew.</summary>
/// <remarks>
/// A message whose lease is over is left alone: it may be with somebody else, and SQS promises nothing for an old receipt.
/// </remarks>
internal sealed class SqsReceipts(SqsQueue queue, TimeSpan lease, TimeProvider time)
{
    private const string DeleteAction = "DeleteMessageBatch";
    private const string ChangeAction = "ChangeMessageVisibilityBatch";

    /// <summary>Deletes what is acknowledged by one call and returns the rest by another, each in the order of the batch.</summary>
    public async Task SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        var deletes = new List<DeleteMessageBatchRequestEntry>();
        var returns = new List<ChangeMessageVisibilityBatchRequestEntry>();
        for (var i = 0; i < batch.Count; i++)
        {
            var (envelope, settlement) = (Own(batch[i].Envelope), batch[i].Settlement);
            if (envelope.IsSettled)
            {
                continue;
            }

            if (envelope.IsLeaseOver(time))
            {
                batch.Fail(i, LeaseIsOver());
            }
            else if (settlement.IsAck)
            {
                deletes.Add(new(SqsBatch.IdOf(i), envelope.ReceiptHandle));
            }
            else
            {
                // Rounded up, so that it is not back too early, but within the 12 hours of SQS.
                returns.Add(Change(i, envelope, (int)Math.Min(Math.Ceiling(settlement.RedeliverAfter.TotalSeconds), envelope.SecondsLeft(time))));
            }
        }

        if (deletes.Count > 0)
        {
            await SettleAsync(batch, deletes.ConvertAll(entry => entry.Id), DeleteAsync(batch, deletes, cancellationToken)).ConfigureAwait(false);
        }

        if (returns.Count > 0)
        {
            await SettleAsync(batch, returns.ConvertAll(entry => entry.Id), ChangeAsync(batch, returns, cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>Renews leases by one call.</summary>
    /// <exception cref="TransportException">The call failed.</exception>
    public async Task RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken)
    {
        var entries = new List<ChangeMessageVisibilityBatchRequestEntry>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            var envelope = Own(batch[i]);
            var seconds = (int)Math.Min(lease.TotalSeconds, envelope.SecondsLeft(time));

            // For less than a second it would be no renewal but a return.
            if (envelope.IsSettled || envelope.IsLeaseOver(time) || seconds < 1)
            {
                batch.Fail(i, LeaseIsOver());
            }
            else
            {
                entries.Add(Change(i, envelope, seconds));
            }
        }

        if (entries.Count == 0)
        {
            return;
        }

        await ChangeAsync(batch, entries, cancellationToken).ConfigureAwait(false);
        var renewed = time.GetTimestamp();
        foreach (var entry in entries)
        {
            var index = SqsBatch.IndexOf(entry.Id);
            if (batch.FailureOf(index) is null)
            {
                Own(batch[index]).Lease(renewed, TimeSpan.FromSeconds(entry.VisibilityTimeout!.Value));
            }
        }
    }

    private static SqsReceivedEnvelope Own(ReceivedEnvelope envelope) =>
        envelope as SqsReceivedEnvelope ?? throw new ArgumentException("Only envelopes that this receiver returned can be settled and renewed by it.", nameof(envelope));

    private static ChangeMessageVisibilityBatchRequestEntry Change(int index, SqsReceivedEnvelope envelope, int seconds) =>
        new(SqsBatch.IdOf(index), envelope.ReceiptHandle) { VisibilityTimeout = seconds };

    private static TransportException LeaseIsOver() =>
        new(FailureKind.NotFound, "The lease of the message is over; it has been or will be delivered again.");

    // One of two calls: when it fails as a whole, that says nothing about the entries of the other.
    private static async Task SettleAsync(TransportBatch<SettledEnvelope> batch, List<string> ids, Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            ids.ForEach(id => batch.Fail(SqsBatch.IndexOf(id), exception));
        }

        foreach (var index in ids.Select(SqsBatch.IndexOf))
        {
            Own(batch[index].Envelope).IsSettled = batch.FailureOf(index) is null;
        }
    }

    private async Task DeleteAsync<T>(TransportBatch<T> batch, List<DeleteMessageBatchRequestEntry> entries, CancellationToken cancellationToken)
    {
        var response = await queue.CallAsync(
            DeleteAction,
            (client, url, token) => client.DeleteMessageBatchAsync(url, entries, token),
            cancellationToken).ConfigureAwait(false);
        SqsBatch.Reconcile(batch, entries.Select(entry => entry.Id), response.Successful?.Select(entry => entry.Id), response.Failed, DeleteAction, queue.Name);
    }

    private async Task ChangeAsync<T>(TransportBatch<T> batch, List<ChangeMessageVisibilityBatchRequestEntry> entries, CancellationToken cancellationToken)
    {
        var response = await queue.CallAsync(
            ChangeAction,
            (client, url, token) => client.ChangeMessageVisibilityBatchAsync(url, entries, token),
            cancellationToken).ConfigureAwait(false);
        SqsBatch.Reconcile(batch, entries.Select(entry => entry.Id), response.Successful?.Select(entry => entry.Id), response.Failed, ChangeAction, queue.Name);
    }
}
