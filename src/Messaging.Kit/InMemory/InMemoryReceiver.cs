using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>Receives from a queue of the in-memory broker. Only a receive that finds nothing is not completed when it returns.</summary>
internal sealed class InMemoryReceiver : WaitingReceiver, ITransportReceiver, ILeaseRenewer, IBacklogReader
{
    private readonly InMemoryBroker _broker;
    private readonly string _name;
    private InMemoryQueue? _queue;
    private bool _isDisposed;

    public InMemoryReceiver(InMemoryBroker broker, string name)
    {
        (_broker, _name) = (broker, name);
        Features = TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay | TransportFeatures.Lease
            | (InMemoryBroker.IsFifo(name) ? TransportFeatures.Ordering : TransportFeatures.None);
    }

    public TransportLimits Limits { get; } = new(InMemoryQueue.BatchCount, int.MaxValue, int.MaxValue);

    public TransportFeatures Features { get; }

    public TimeSpan LeaseDuration => Find()?.VisibilityTimeout ?? InMemoryQueueOptions.DefaultVisibilityTimeout;

    public TimeSpan MaxLease => InMemoryQueue.MaxLease;

    internal bool IsDisposed => Volatile.Read(ref _isDisposed);

    public ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessages);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<ReceivedEnvelope>>(cancellationToken);
        }

        if (Find() is not { } queue)
        {
            return ValueTask.FromException<IReadOnlyList<ReceivedEnvelope>>(InMemoryBroker.NotDeclared(_name));
        }

        return queue.OnReceive() is { } failure
            ? ValueTask.FromException<IReadOnlyList<ReceivedEnvelope>>(failure)
            : queue.Receive(this, Math.Min(maxMessages, InMemoryQueue.BatchCount), cancellationToken);
    }

    public ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (Find() is not { } queue)
        {
            return ValueTask.FromException(InMemoryBroker.NotDeclared(_name));
        }

        queue.Settle(batch);
        return ValueTask.CompletedTask;
    }

    public ValueTask RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (Find() is not { } queue)
        {
            return ValueTask.FromException(InMemoryBroker.NotDeclared(_name));
        }

        queue.Renew(batch);
        return ValueTask.CompletedTask;
    }

    public ValueTask<Backlog> GetBacklogAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Backlog>(cancellationToken);
        }

        return Find() is { } queue ? new(queue.Backlog) : ValueTask.FromException<Backlog>(InMemoryBroker.NotDeclared(_name));
    }

    public ValueTask DisposeAsync()
    {
        // A full fence: either this sees the queue of a receive that begins now, or that receive sees the flag.
        Interlocked.Exchange(ref _isDisposed, true);
        Find()?.Abandon(this);
        return ValueTask.CompletedTask;
    }

    private InMemoryQueue? Find() => _queue ??= _broker.Find(_name) as InMemoryQueue;
}
