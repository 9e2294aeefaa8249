using System.Buffers;
using System.Globalization;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Sns;

/// <summary>Sends a batch to one topic by one <c>PublishBatch</c>.</summary>
internal sealed partial class SnsSender(SnsTopic topic, string? subject, ILogger<SnsSender> logger) : ITransportSender
{
    private const string Action = "PublishBatch";

    // The topic's own limit, for a message and for all of a call; 0 until it is known.
    private volatile int _bytes;
    private volatile bool _disposed;

    /// <summary>Until the topic has been asked, a message may be as large as any topic takes; the first call then knows better.</summary>
    public TransportLimits Limits =>
        _bytes is > 0 and var bytes ? new(SnsBatch.MaxCount, bytes, bytes) : new(SnsBatch.MaxCount, SnsTopic.DefaultBytes, SnsTopic.MostBytes);

    public TransportFeatures Features { get; } = topic.IsFifo
        ? TransportFeatures.RoutingByBody | TransportFeatures.Ordering | TransportFeatures.SerialKeys | TransportFeatures.Deduplication
        : TransportFeatures.RoutingByBody;

    public int Measure(Envelope envelope) => SnsMessage.Measure(envelope);

    public async ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var (limit, doubt) = await GetLimitAsync(cancellationToken).ConfigureAwait(false);

        var (total, good) = (0, new List<int>(batch.Count));
        for (var i = 0; i < batch.Count; i++)
        {
            if (FaultOf(batch[i], limit, doubt, out var size) is { } fault)
            {
                batch.Fail(i, fault);
                continue;
            }

            good.Add(i);
            total += size;
        }

        if (total > limit)
        {
            // Filled before the limit was known, or while it was in doubt. The kit sends each message alone.
            throw new TransportException(FailureKind.TooLarge, $"The batch has {total} bytes, and '{topic.Name}' takes {limit} in one call.");
        }

        if (good.Count > 0)
        {
            var buffer = new ArrayBufferWriter<byte>(total);
            await SendAsync(batch, good.ConvertAll(i => SnsMessage.Write(batch[i], i, topic.IsFifo, subject, buffer)), cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private TransportException? FaultOf(Envelope envelope, int limit, TransportException? doubt, out int size)
    {
        size = SnsMessage.Measure(envelope);
        if (SnsMessage.FaultOf(envelope, topic) is { } fault)
        {
            return fault;
        }

        if (size <= limit)
        {
            return null;
        }

        // Whether it is too large will be known when the topic has been asked.
        return doubt is not null && size <= SnsTopic.MostBytes
            ? doubt
            : new(FailureKind.TooLarge, $"The message has {size} bytes, and '{topic.Name}' takes {limit}. Compress it, raise the topic's MaximumMessageSize, or send a reference to it.");
    }

    private async ValueTask SendAsync(TransportBatch<Envelope> batch, List<SnsPublishEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            var outcomes = await topic.CallAsync(Action, (client, arn, token) => client.PublishBatchAsync(arn, entries, token), cancellationToken).ConfigureAwait(false);
            SnsBatch.Reconcile(batch, entries, outcomes, Action, topic.Name);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.TooLarge)
        {
            // The topic takes less than it did: it is asked again. The kit sends each message of this batch alone.
            _bytes = 0;
            throw;
        }
    }

    // Asked by the first call, for most topics take a quarter of what a few do. Where asking is forbidden, AWS's default counts; where it
    // fails for the moment, so does a message that is larger, and nothing else.
    private async ValueTask<(int Bytes, TransportException? Doubt)> GetLimitAsync(CancellationToken cancellationToken)
    {
        if (_bytes is > 0 and var known)
        {
            return (known, null);
        }

        var bytes = SnsTopic.DefaultBytes;
        try
        {
            var attributes = await topic.ReadAttributesAsync(cancellationToken).ConfigureAwait(false);
            if (int.TryParse(attributes.GetValueOrDefault(nameof(SnsTransportOptions.MaximumMessageSize)), CultureInfo.InvariantCulture, out var stated))
            {
                bytes = Math.Clamp(stated, SnsTopic.LeastBytes, SnsTopic.MostBytes);
            }
        }
        catch (TransportException exception) when (exception.IsTransient)
        {
            return (SnsTopic.DefaultBytes, exception);
        }
        catch (TransportException exception) when (exception.Kind != FailureKind.NotFound)
        {
            LogLimitUnknown(topic.Name, SnsTopic.DefaultBytes, exception.Message);
        }

        // Not what the field has: another call may have been refused meanwhile and reset it.
        _bytes = bytes;
        return (bytes, null);
    }

    [LoggerMessage(LogLevel.Information, "The message size that topic {Topic} takes could not be read, {Bytes} bytes are assumed: {Reason}")]
    private partial void LogLimitUnknown(string topic, int bytes, string reason);
}
