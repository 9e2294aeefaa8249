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

    public ValueTask<ValueTask> PostAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isStopped, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ValueTask>(cancellationToken);
        }

        if (Stream is not { } stream)
        {
            return ValueTask.FromException<ValueTask>(InMemoryBroker.NotDeclared(name));
        }

        return (broker.Faults.OnSend() ?? stream.Faults.OnSend() ?? broker.Faults.OnSendEntry() ?? stream.Faults.OnSendEntry()) is { } failure
            ? ValueTask.FromException<ValueTask>(failure)
            : stream.Post(this, envelope, cancellationToken);
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
}
