using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>
/// Receives from a stream of the in-memory broker, as a member of a group from its first receive until it is disposed of. Only a receive that
/// finds nothing is not completed when it returns.
/// </summary>
internal sealed class InMemoryStreamReceiver : ITransportReceiver, IRevocableReceiver, IBacklogReader
{
    private readonly InMemoryBroker _broker;
    private readonly string _name;
    private readonly string _group;
    private readonly StreamMember _member;
    private InMemoryStream? _stream;
    private volatile bool _isDisposed;

    public InMemoryStreamReceiver(InMemoryBroker broker, string name, string group, InMemoryGroupOptions options)
    {
        (_broker, _name, _group, _member) = (broker, name, group, new StreamMember(options));
        Find()?.DeclareGroup(group, options.StartAtEnd);
    }

    public TransportLimits Limits { get; } = new(InMemoryStream.BatchCount, int.MaxValue, int.MaxValue);

    public TransportFeatures Features => TransportFeatures.Ordering;

    public void Attach(IMessageHolder holder) => _member.Holder = holder;

    public ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessages);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<ReceivedEnvelope>>(cancellationToken);
        }

        if (Find() is not { } stream)
        {
            return ValueTask.FromException<IReadOnlyList<ReceivedEnvelope>>(InMemoryBroker.NotDeclared(_name));
        }

        return stream.OnReceive() is { } failure
            ? ValueTask.FromException<IReadOnlyList<ReceivedEnvelope>>(failure)
            : stream.Receive(_member, _group, Math.Min(maxMessages, Limits.BatchCount), cancellationToken);
    }

    public ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (Find() is not { } stream)
        {
            return ValueTask.FromException(InMemoryBroker.NotDeclared(_name));
        }

        stream.Settle(batch);
        return ValueTask.CompletedTask;
    }

    public ValueTask<Backlog> GetBacklogAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Backlog>(cancellationToken);
        }

        return Find() is { } stream
            ? new(stream.BacklogOf(_group, _member.Options.StartAtEnd))
            : ValueTask.FromException<Backlog>(InMemoryBroker.NotDeclared(_name));
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Find()?.Leave(_member);
        return ValueTask.CompletedTask;
    }

    private InMemoryStream? Find() => _stream ??= _broker.Find(_name) as InMemoryStream;
}
