using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Sqs;

/// <summary>Receives from one queue by long polls; settles and renews by batches.</summary>
/// <remarks>
/// A poll is never aborted: SQS may have handed out messages that would then be lost from sight until their leases run out. A
/// receive that is cancelled ends at once, its poll goes on in the background, and what it brings is returned to the queue.
/// </remarks>
internal sealed partial class SqsReceiver(SqsQueue queue, SqsTransportOptions options, TimeProvider time, ILogger<SqsReceiver> logger)
    : ITransportReceiver, ILeaseRenewer, IBacklogReader
{
    /// <summary>Most entries of any batch call of SQS, and most messages of a receive.</summary>
    public const int BatchCount = 10;

    private const string ReceiveAction = "ReceiveMessage";
    private const string DeleteAction = "DeleteMessageBatch";
    private const string ReturnAction = "ChangeMessageVisibilityBatch";

    private static readonly List<string> AllAttributes = ["All"];

    private static readonly List<string> BacklogAttributes =
    [
        QueueAttributeName.ApproximateNumberOfMessages,
        QueueAttributeName.ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName.ApproximateNumberOfMessagesDelayed,
    ];

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    // The first poll does not wait: that the queue answers is worth knowing at once, for readiness.
    private volatile bool _hasAnswered;

    // Polls under way and the receiver itself; at zero the last poll has ended after the receiver was disposed.
    private int _users = 1;

    /// <summary>How long SQS lets a message be held from its receive, renewals included.</summary>
    public static TimeSpan LongestLease { get; } = TimeSpan.FromHours(12);

    public TransportLimits Limits { get; } = new(BatchCount, int.MaxValue, int.MaxValue);

    public TransportFeatures Features { get; } =
        TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay | TransportFeatures.Lease
        | (queue.IsFifo ? TransportFeatures.Ordering : TransportFeatures.None);

    public TimeSpan LeaseDuration => options.VisibilityTimeout;

    public TimeSpan MaxLease => LongestLease;

    public async ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessages);
        cancellationToken.ThrowIfCancellationRequested();
        Enter();
        var abandoned = false;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
            var poll = PollAsync(Math.Min(maxMessages, BatchCount), stop.Token);
            try
            {
                return await poll.WaitAsync(stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                abandoned = true;
                _ = AbandonAsync(poll);
                cancellationToken.ThrowIfCancellationRequested();
                throw new ObjectDisposedException(nameof(SqsReceiver));
            }
        }
        finally
        {
            if (!abandoned)
            {
                Leave();
            }
        }
    }

    public async ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await DeleteOrReturnAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entries = new List<ChangeMessageVisibilityBatchRequestEntry>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            var envelope = Own(batch[i]);
            var seconds = (int)Math.Min(options.VisibilityTimeout.TotalSeconds, SecondsLeft(envelope));
            if (envelope.IsSettled || seconds < 1 || IsLeaseOver(envelope))
            {
                batch.Fail(i, LeaseIsOver());
            }
            else
            {
                entries.Add(Visibility(i, envelope, seconds));
            }
        }

        if (entries.Count == 0)
        {
            return;
        }

        await ChangeVisibilityAsync(batch, entries, cancellationToken).ConfigureAwait(false);
        var now = time.GetTimestamp();
        foreach (var entry in entries)
        {
            var index = SqsBatch.IndexOf(entry.Id);
            if (batch.FailureOf(index) is null)
            {
                var envelope = Own(batch[index]);
                (envelope.Leased, envelope.Lease) = (now, TimeSpan.FromSeconds(entry.VisibilityTimeout!.Value));
            }
        }
    }

    public async ValueTask<Backlog> GetBacklogAsync(CancellationToken cancellationToken)
    {
        var attributes = await queue.ReadAttributesAsync(BacklogAttributes, cancellationToken).ConfigureAwait(false);
        return new(Number(0), Number(1), Number(2));

        long Number(int index) =>
            long.TryParse(attributes.GetValueOrDefault(BacklogAttributes[index]), CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Ends waiting receives and waits for their polls, for as long as <see cref="SqsTransportOptions.WaitTime"/> at most.</summary>
    public async ValueTask DisposeAsync()
    {
        bool first;
        lock (_gate)
        {
            (first, _disposed) = (!_disposed, true);
        }

        if (first)
        {
            await _disposing.CancelAsync().ConfigureAwait(false);
            Leave();
        }

        await _idle.Task.ConfigureAwait(false);
        _disposing.Dispose();
    }

    private static SqsReceivedEnvelope Own(ReceivedEnvelope envelope) =>
        envelope as SqsReceivedEnvelope ?? throw new ArgumentException("Only envelopes that this receiver returned can be settled and renewed by it.", nameof(envelope));

    private static ChangeMessageVisibilityBatchRequestEntry Visibility(int index, SqsReceivedEnvelope envelope, int seconds) =>
        new(SqsBatch.IdOf(index), envelope.ReceiptHandle) { VisibilityTimeout = seconds };

    private static TransportException LeaseIsOver() =>
        new(FailureKind.NotFound, "The lease of the message is over; it has been or will be delivered again.");

    private async Task<IReadOnlyList<ReceivedEnvelope>> PollAsync(int maxMessages, CancellationToken beforeThePoll)
    {
        await queue.GetUrlAsync(beforeThePoll).ConfigureAwait(false);
        beforeThePoll.ThrowIfCancellationRequested();

        var asked = time.GetTimestamp();
        var response = await queue.CallAsync(
            ReceiveAction,
            (client, url, token) => client.ReceiveMessageAsync(
                new ReceiveMessageRequest(url)
                {
                    MaxNumberOfMessages = maxMessages,
                    WaitTimeSeconds = _hasAnswered ? (int)options.WaitTime.TotalSeconds : 0,
                    VisibilityTimeout = (int)options.VisibilityTimeout.TotalSeconds,
                    MessageSystemAttributeNames = SqsMessage.SystemAttributes,
                    MessageAttributeNames = AllAttributes,
                },
                token),
            CancellationToken.None).ConfigureAwait(false);
        var received = time.GetTimestamp();
        _hasAnswered = true;
        return response.Messages is { Count: > 0 } messages
            ? messages.ConvertAll(message => SqsMessage.Read(message, asked, received, options.VisibilityTimeout))
            : [];
    }

    // Returns what a poll brings after its receive was cancelled. Nobody waits for this but DisposeAsync, so failures are logged.
    private async Task AbandonAsync(Task<IReadOnlyList<ReceivedEnvelope>> poll)
    {
        try
        {
            var messages = await poll.ConfigureAwait(false);
            if (messages.Count > 0)
            {
                await GiveBackAsync(messages).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Before the poll began, so there is nothing to return.
        }
        catch (TransportException exception)
        {
            LogAbandonedPollFailed(exception, queue.Name);
        }
        finally
        {
            Leave();
        }
    }

    // The last first: a FIFO group opens when none of its messages is in flight, and by then all of them have to be back.
    private async Task GiveBackAsync(IReadOnlyList<ReceivedEnvelope> messages)
    {
        var batch = new TransportBatch<SettledEnvelope>([.. messages.Reverse().Select(message => new SettledEnvelope(message, Settlement.Nack()))]);
        await DeleteOrReturnAsync(batch, CancellationToken.None).ConfigureAwait(false);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.FailureOf(i) is { } failure)
            {
                LogNotGivenBack(failure, batch[i].Envelope.Id, queue.Name, options.VisibilityTimeout);
            }
        }
    }

    private async Task DeleteOrReturnAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
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

            if (IsLeaseOver(envelope))
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
                returns.Add(Visibility(i, envelope, (int)Math.Min(Math.Ceiling(settlement.RedeliverAfter.TotalSeconds), SecondsLeft(envelope))));
            }
        }

        if (deletes.Count > 0)
        {
            await SettleAsync(batch, deletes.ConvertAll(entry => entry.Id), DeleteAsync(batch, deletes, cancellationToken)).ConfigureAwait(false);
        }

        if (returns.Count > 0)
        {
            await SettleAsync(batch, returns.ConvertAll(entry => entry.Id), ChangeVisibilityAsync(batch, returns, cancellationToken)).ConfigureAwait(false);
        }
    }

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

    private async Task DeleteAsync(
        TransportBatch<SettledEnvelope> batch, List<DeleteMessageBatchRequestEntry> entries, CancellationToken cancellationToken)
    {
        var response = await queue.CallAsync(
            DeleteAction,
            (client, url, token) => client.DeleteMessageBatchAsync(url, entries, token),
            cancellationToken).ConfigureAwait(false);
        SqsBatch.Reconcile(batch, entries.Select(entry => entry.Id), response.Successful?.Select(entry => entry.Id), response.Failed, DeleteAction, queue.Name);
    }

    private async Task ChangeVisibilityAsync<T>(
        TransportBatch<T> batch, List<ChangeMessageVisibilityBatchRequestEntry> entries, CancellationToken cancellationToken)
    {
        var response = await queue.CallAsync(
            ReturnAction,
            (client, url, token) => client.ChangeMessageVisibilityBatchAsync(url, entries, token),
            cancellationToken).ConfigureAwait(false);
        SqsBatch.Reconcile(batch, entries.Select(entry => entry.Id), response.Successful?.Select(entry => entry.Id), response.Failed, ReturnAction, queue.Name);
    }

    private bool IsLeaseOver(SqsReceivedEnvelope envelope) => time.GetElapsedTime(envelope.Leased) >= envelope.Lease;

    private int SecondsLeft(SqsReceivedEnvelope envelope) =>
        (int)Math.Max(0, (LongestLease - time.GetElapsedTime(envelope.Asked)).TotalSeconds);

    private void Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _users++;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_users > 0)
            {
                return;
            }
        }

        _idle.SetResult();
    }

    [LoggerMessage(LogLevel.Warning, "A receive from queue {Queue} that had been cancelled failed in the background")]
    private partial void LogAbandonedPollFailed(Exception exception, string queue);

    [LoggerMessage(LogLevel.Warning, "Message {Id} arrived after its receive had been cancelled and could not be returned to queue {Queue}; it comes back when its lease of {Lease} is over")]
    private partial void LogNotGivenBack(Exception exception, string id, string queue, TimeSpan lease);
}
