using System.Buffers;
using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Sqs;

/// <summary>Sends a batch to one queue by one <c>SendMessageBatch</c>.</summary>
internal sealed partial class SqsSender(SqsQueue queue, ILogger<SqsSender> logger) : ITransportSender
{
    private const string Action = "SendMessageBatch";

    // Both the service's limits, for a message and for the sum of a call's; system attributes do not count.
    private const int ServiceBytes = 1_048_576;

    private volatile int _batchBytes = ServiceBytes;
    private volatile int _messageBytes = ServiceBytes;
    private volatile bool _disposed;
    private int _limitAsked;

    /// <summary>The service's own, lowered when the queue's are found to be lower.</summary>
    public TransportLimits Limits => new(SqsBatch.MaxCount, _batchBytes, _messageBytes);

    public TransportFeatures Features { get; } = queue.IsFifo
        ? TransportFeatures.Ordering | TransportFeatures.SerialKeys | TransportFeatures.Deduplication
        : TransportFeatures.Delay;

    public int Measure(Envelope envelope) => CloudEventsJson.Measure(envelope);

    public async ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await LearnLimitAsync(cancellationToken).ConfigureAwait(false);

        var buffer = new ArrayBufferWriter<byte>();
        var entries = new List<SendMessageBatchRequestEntry>(batch.Count);
        var (total, largest) = (0, 0);
        for (var i = 0; i < batch.Count; i++)
        {
            if (SqsMessage.FaultOf(batch[i], queue) is { } fault)
            {
                batch.Fail(i, fault);
                continue;
            }

            var entry = SqsMessage.Write(batch[i], i, queue.IsFifo, buffer);
            var size = buffer.WrittenCount;
            if (size > _messageBytes)
            {
                batch.Fail(i, new TransportException(
                    FailureKind.TooLarge,
                    $"The message has {size} bytes, and '{queue.Name}' takes {_messageBytes}. Compress it, or send a reference to it."));
                continue;
            }

            entries.Add(entry);
            (total, largest) = (total + size, Math.Max(largest, size));
        }

        if (entries.Count > 0)
        {
            await SendAsync(batch, entries, total, largest, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private async ValueTask SendAsync(
        TransportBatch<Envelope> batch, List<SendMessageBatchRequestEntry> entries, int total, int largest, CancellationToken cancellationToken)
    {
        try
        {
            var response = await queue.CallAsync(
                Action,
                (client, url, token) => client.SendMessageBatchAsync(new SendMessageBatchRequest(url, entries), token),
                cancellationToken).ConfigureAwait(false);
            SqsBatch.Reconcile(batch, entries.Select(entry => entry.Id), response.Successful?.Select(entry => entry.Id), response.Failed, Action, queue.Name);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.TooLarge && entries.Count > 1)
        {
            // The queue takes less than the service's limit and may not have been asked. The kit sends each message of this batch
            // alone, for none is to blame until it is refused alone; later batches are smaller.
            _batchBytes = Math.Min(_batchBytes, Math.Max(largest, total / 2));
            throw;
        }
    }

    // Asked once, by the first send; the others do not wait for the answer. Where asking is forbidden, sending goes on without.
    private async ValueTask LearnLimitAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _limitAsked, 1) == 1)
        {
            return;
        }

        try
        {
            var attributes = await queue.ReadAttributesAsync([QueueAttributeName.MaximumMessageSize], cancellationToken).ConfigureAwait(false);
            if (int.TryParse(attributes.GetValueOrDefault(QueueAttributeName.MaximumMessageSize), CultureInfo.InvariantCulture, out var bytes))
            {
                _messageBytes = Math.Min(bytes, ServiceBytes);
            }
        }
        catch (TransportException exception)
        {
            LogLimitUnknown(queue.Name, ServiceBytes, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "The message size that queue {Queue} takes could not be read, {Bytes} bytes are assumed: {Reason}")]
    private partial void LogLimitUnknown(string queue, int bytes, string reason);
}
