using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>Sends to a stream of the in-memory broker. Only a post that finds its partition full is not completed when it returns.</summary>
internal sealed class InMemoryStreamSender(InMemoryBroker broker, string name) : IPipelinedSender
{
    private readonly InMemorySender _inner = new(broker, name);
    private InMemoryStream? _stream;
    private volatile bool _isStopped;

    public TransportLimits Limits => _inner.Limits;

    public TransportFeatures Features => TransportFeatures.Ordering | TransportFeatures.BinaryBody;

    private InMemoryStream? Stream => _stream ??= broker.Find(name) as InMemoryStream;

    public int Measure(Envelope envelope) => _inner.Measure(envelope);

    /// <summary>Batches do not wait for room: an entry whose partition is full fails as throttled.</summary>
    public ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isStopped, this);
        return _inner.SendAsync(batch, cancellationToken);
    }

    public bool TryPost(Envelope envelope, ISendReceipt receipt)
    {
        if (!Check(envelope).TryPost(envelope))
        {
            return false;
        }

        receipt.Conclude(null);
        return true;
    }

    public async ValueTask PostAsync(Envelope envelope, ISendReceipt receipt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Check(envelope).PostAsync(this, envelope, cancellationToken).ConfigureAwait(false);
        receipt.Conclude(null);
    }

    public async ValueTask FlushAsync(CancellationToken deadline)
    {
        _isStopped = true;
        if (Stream is { } stream)
        {
            await Task.WhenAll(stream.PostsOf(this)).WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stream.Abandon(this);
        }
    }

    public ValueTask DisposeAsync() => FlushAsync(new CancellationToken(canceled: true));

    private InMemoryStream Check(Envelope envelope)
    {
        ObjectDisposedException.ThrowIf(_isStopped, this);
        var stream = Stream ?? throw InMemoryBroker.NotDeclared(name);
        var failure = broker.Faults.OnSend() ?? stream.Faults.OnSend() ?? broker.Faults.OnSendEntry() ?? stream.Faults.OnSendEntry() ?? InMemoryStream.CheckDelay(envelope);
        return failure is null ? stream : throw failure;
    }
}
