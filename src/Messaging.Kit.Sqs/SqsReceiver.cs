using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Sqs;

/// <summary>Receives from one queue by long polls.</summary>
/// <remarks>
/// A poll is never aborted: SQS may have handed out messages that would then be out of sight until their leases run out. A receive
/// that is cancelled ends at once, its poll goes on in the background, and what it brings is returned to the queue.
/// </remarks>
internal sealed partial class SqsReceiver(SqsQueue queue, SqsTransportOptions options, TimeProvider time, ILogger<SqsReceiver> logger)
    : ITransportReceiver, ILeaseRenewer, IBacklogReader
{
    private static readonly List<string> AllAttributes = ["All"];

    private static readonly List<string> BacklogAttributes =
    [
        QueueAttributeName.ApproximateNumberOfMessages,
        QueueAttributeName.ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName.ApproximateNumberOfMessagesDelayed,
    ];

    private readonly SqsReceipts _receipts = new(queue, options.VisibilityTimeout, time);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _disposed;

    // The polls under way and the receiver itself: none is left when the receiver is disposed and the last poll has ended.
    private int _users = 1;

    public TransportLimits Limits { get; } = new(SqsBatch.MaxCount, int.MaxValue, int.MaxValue);

    public TransportFeatures Features { get; } =
        TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay | TransportFeatures.Lease
        | (queue.IsFifo ? TransportFeatures.Ordering : TransportFeatures.None);

    public TimeSpan LeaseDuration => options.VisibilityTimeout;

    public TimeSpan MaxLease => SqsReceivedEnvelope.LongestLease;

    public async ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessages);
        cancellationToken.ThrowIfCancellationRequested();
        Enter();
        var abandoned = false;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
            var poll = PollAsync(Math.Min(maxMessages, SqsBatch.MaxCount), stop.Token);
            try
            {
                var received = await poll.WaitAsync(stop.Token).ConfigureAwait(false);
                if (!_disposed)
                {
                    return received;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }

            // What a poll brings now could not be settled any more by whoever gets it.
            abandoned = true;
            _ = AbandonAsync(poll);
            cancellationToken.ThrowIfCancellationRequested();
            throw new ObjectDisposedException(nameof(SqsReceiver));
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
        await _receipts.SettleAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _receipts.RenewAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<Backlog> GetBacklogAsync(CancellationToken cancellationToken)
    {
        var attributes = await queue.ReadAttributesAsync(BacklogAttributes, cancellationToken).ConfigureAwait(false);
        return new(Number(0), Number(1), Number(2));

        long Number(int index) =>
            long.TryParse(attributes.GetValueOrDefault(BacklogAttributes[index]), CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Ends waiting receives and waits for their polls, as long as <see cref="SqsTransportOptions.WaitTime"/> at most.</summary>
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

    private async Task<IReadOnlyList<ReceivedEnvelope>> PollAsync(int maxMessages, CancellationToken beforeThePoll)
    {
        await queue.GetUrlAsync(beforeThePoll).ConfigureAwait(false);
        beforeThePoll.ThrowIfCancellationRequested();

        var asked = time.GetTimestamp();
        var response = await queue.CallAsync(
            "ReceiveMessage",
            (client, url, token) => client.ReceiveMessageAsync(
                new ReceiveMessageRequest(url)
                {
                    MaxNumberOfMessages = maxMessages,
                    WaitTimeSeconds = (int)options.WaitTime.TotalSeconds,
                    VisibilityTimeout = (int)options.VisibilityTimeout.TotalSeconds,
                    MessageSystemAttributeNames = SqsMessage.SystemAttributes,
                    MessageAttributeNames = AllAttributes,
                },
                token),
            CancellationToken.None).ConfigureAwait(false);

        var received = time.GetTimestamp();
        var envelopes = new List<ReceivedEnvelope>(response.Messages?.Count ?? 0);
        foreach (var message in response.Messages ?? [])
        {
            var envelope = SqsMessage.Read(message, asked);
            envelope.Lease(received, options.VisibilityTimeout);
            envelopes.Add(envelope);
        }

        return envelopes;
    }

    // Returns what a poll brings after its receive was cancelled. Nobody sees this but DisposeAsync, so failures are logged.
    private async Task AbandonAsync(Task<IReadOnlyList<ReceivedEnvelope>> poll)
    {
        try
        {
            await GiveBackAsync(await poll.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Before the poll began, so there is nothing to return.
        }
        catch (Exception exception)
        {
            LogAbandonedPollFailed(exception, queue.Name);
        }
        finally
        {
            Leave();
        }
    }

    // The last first: a FIFO group opens when none of its messages is in flight, and by then all of them have to be back.
    private async Task GiveBackAsync(IReadOnlyList<ReceivedEnvelope> envelopes)
    {
        if (envelopes.Count == 0)
        {
            return;
        }

        var batch = new TransportBatch<SettledEnvelope>([.. envelopes.Reverse().Select(envelope => new SettledEnvelope(envelope, Settlement.Nack()))]);
        await _receipts.SettleAsync(batch, CancellationToken.None).ConfigureAwait(false);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.FailureOf(i) is { } failure)
            {
                LogNotGivenBack(failure, batch[i].Envelope.Id, queue.Name, options.VisibilityTimeout);
            }
        }
    }

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

    [LoggerMessage(
        LogLevel.Warning,
        "Message {Id} arrived after its receive had been cancelled and could not be returned to queue {Queue}; it comes back when its lease of {Lease} is over")]
    private partial void LogNotGivenBack(Exception exception, string id, string queue, TimeSpan lease);
}
