using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>Sends to one topic, by the application's producer.</summary>
internal sealed class KafkaSender(string topic, KafkaProducer producer, KafkaTransportOptions options, TimeProvider time) : IPipelinedSender
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(5);

    [ThreadStatic]
    private static KafkaMould? _mould;


    private readonly KafkaHeaderCache _headers = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private volatile bool _isStopped;

    public string Topic => topic;

    /// <summary>The brokers that it sends to, as they were named.</summary>
    public string Brokers { get; } = KafkaClientSettings.BootstrapServers(options) ?? "";

    public TransportLimits Limits { get; } = new(BatchCount: 1_000, BatchBytes: int.MaxValue, options.MaxMessageBytes);

    public TransportFeatures Features { get; } = TransportFeatures.Ordering | TransportFeatures.BinaryBody
        | (options.Compression == KafkaCompression.None ? TransportFeatures.None : TransportFeatures.Compression);

    public int Measure(Envelope envelope) => KafkaMessage.Measure(envelope);

    public bool TryPost(Envelope envelope, ISendReceipt receipt)
    {
        ObjectDisposedException.ThrowIf(_isStopped, this);
        if (KafkaMessage.FaultOf(envelope, topic) is { } fault)
        {
            throw fault;
        }

        var message = KafkaMessage.Write(envelope, _headers, ref _mould);
        try
        {
            var isTaken = KafkaTransaction.Current is { } transaction
                ? transaction.TryPost(this, message, receipt)
                : producer.TryPost(this, message, null, receipt);

            // The mould stays with the thread; the last body is not to stay with it.
            (message.Key, message.Value) = (null!, null);
            return isTaken;
        }
        catch
        {
            // The client's exception shows the message, and is to show this one.
            _mould = null;
            throw;
        }
    }

    public async ValueTask PostAsync(Envelope envelope, ISendReceipt receipt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!TryPost(envelope, receipt))
        {
            await Task.Delay(QueueFullPause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isStopped, this);
        var outcomes = new Task[batch.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = SendAsync(batch[i], cancellationToken);
        }

        for (var i = 0; i < outcomes.Length; i++)
        {
            try
            {
                await outcomes[i].ConfigureAwait(false);
            }
            catch (TransportException exception)
            {
                batch.Fail(i, exception);
            }
        }
    }

    public async ValueTask FlushAsync(CancellationToken deadline)
    {
        _isStopped = true;

        // Either the last outcome sees that, or this sees the outcome: else it would wait until the deadline for nothing.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _underWay) > 0)
        {
            await _drained.Task.WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            producer.Abandon(this);
        }
    }

    /// <summary>One of its messages is handed to the client.</summary>
    public void OnStart() => Interlocked.Increment(ref _underWay);

    /// <summary>One of its messages has its outcome, or was not taken over.</summary>
    public void OnOutcome()
    {
        if (Interlocked.Decrement(ref _underWay) == 0 && _isStopped)
        {
            _drained.TrySetResult();
        }
    }

    public ValueTask DisposeAsync() => FlushAsync(new CancellationToken(canceled: true));

    private async Task SendAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        // The client leaves the headers out when it looks at the size.
        if (Measure(envelope) is var size && size > Limits.MessageBytes)
        {
            throw new TransportException(FailureKind.TooLarge, $"Message {envelope.Id} has {size:N0} bytes on the wire; '{topic}' takes {Limits.MessageBytes:N0} (MaxMessageBytes).");
        }

        var receipt = new AwaitableReceipt();
        await PostAsync(envelope, receipt, cancellationToken).ConfigureAwait(false);
        await receipt.Outcome.ConfigureAwait(false);
    }
}
