using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>Sends to a queue, a topic or a stream of the in-memory broker; every call completes before it returns.</summary>
internal sealed class InMemorySender : ITransportSender
{
    private const int BatchBytes = 16 * 1_048_576;

    private readonly InMemoryBroker _broker;
    private readonly string _name;
    private readonly bool _isFifo;
    private readonly TransportFeatures _features;
    private ISendTarget? _target;
    private volatile bool _isDisposed;

    public InMemorySender(InMemoryBroker broker, string name)
    {
        (_broker, _name, _isFifo) = (broker, name, InMemoryBroker.IsFifo(name));
        _features = TransportFeatures.BinaryBody | (_isFifo
            ? TransportFeatures.Ordering | TransportFeatures.SerialKeys | TransportFeatures.Deduplication
            : TransportFeatures.Delay);
    }

    public TransportLimits Limits
    {
        get
        {
            var messageBytes = Target?.MaxMessageBytes ?? InMemoryQueueOptions.DefaultMaxMessageBytes;
            return new TransportLimits(InMemoryQueue.BatchCount, Math.Max(BatchBytes, messageBytes), messageBytes);
        }
    }

    public TransportFeatures Features => Target is InMemoryTopic ? _features | TransportFeatures.RoutingByBody : _features;

    private ISendTarget? Target => _target ??= _broker.Find(_name);

    /// <summary>Body, key, type and headers in UTF-8. The id and the time are the broker's own and do not count.</summary>
    public int Measure(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        return StoredContent.Measure(envelope);
    }

    public ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return Send(batch) is { } failure ? ValueTask.FromException(failure) : ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return ValueTask.CompletedTask;
    }

    private TransportException? Send(TransportBatch<Envelope> batch)
    {
        if (Target is not { } target)
        {
            return InMemoryBroker.NotDeclared(_name);
        }

        var failure = _broker.Faults.OnSend() ?? target.Faults?.OnSend() ?? CheckBatch(batch, target);
        if (failure is null)
        {
            target.Accept(batch);
        }

        return failure;
    }

    private TransportException? CheckBatch(TransportBatch<Envelope> batch, ISendTarget target)
    {
        if (batch.Count > InMemoryQueue.BatchCount)
        {
            return new TransportException(FailureKind.Permanent, $"A batch of {batch.Count} messages was sent to '{_name}'; it takes {InMemoryQueue.BatchCount} at most.");
        }

        var maxBytes = target.MaxMessageBytes;
        var bytes = 0L;
        for (var i = 0; i < batch.Count; i++)
        {
            var size = Measure(batch[i]);
            if ((CheckEntry(batch[i], size, maxBytes) ?? _broker.Faults.OnSendEntry() ?? target.Faults?.OnSendEntry()) is { } failure)
            {
                batch.Fail(i, failure);
            }
            else
            {
                bytes += size;
            }
        }

        return bytes > Math.Max(BatchBytes, maxBytes)
            ? new TransportException(FailureKind.TooLarge, $"A batch of {bytes} bytes was sent to '{_name}'; it takes {Math.Max(BatchBytes, maxBytes)} at most.")
            : null;
    }

    private TransportException? CheckEntry(Envelope envelope, int size, int maxBytes)
    {
        if (size > maxBytes)
        {
            return new TransportException(FailureKind.TooLarge, $"Message '{envelope.Id}' has {size} bytes; '{_name}' takes {maxBytes} at most.");
        }

        if (envelope.Delay < TimeSpan.Zero)
        {
            return new TransportException(FailureKind.Permanent, $"Message '{envelope.Id}' has a negative delay: {envelope.Delay}.");
        }

        if (!_isFifo)
        {
            return null;
        }

        if (string.IsNullOrEmpty(envelope.Key))
        {
            return new TransportException(FailureKind.Permanent, $"Message '{envelope.Id}' has no key, and '{_name}' is FIFO: it keeps the order of each key. Publish with a key.");
        }

        return envelope.Delay > TimeSpan.Zero
            ? new TransportException(FailureKind.Permanent, $"Message '{envelope.Id}' has a delay, and '{_name}' is FIFO: a message that waits would be overtaken. Set the queue's own Delay, or use a standard queue.")
            : null;
    }
}
