using Confluent.Kafka;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>
/// Receives from one topic as a member of a group. A thread of its own polls, and goes on polling while nothing is asked for: whoever does
/// not poll is expelled.
/// </summary>
/// <remarks>
/// A message that is not acked is not delivered again by Kafka while this member has its partition: the kit does that from memory. It
/// holds up the commit, so that it is delivered to the partition's next owner.
/// </remarks>
internal sealed partial class KafkaReceiver(string topic, string group, KafkaTransportOptions options, bool isExactlyOnce, TimeProvider time, ILogger<KafkaReceiver> logger)
    : ITransportReceiver, IRevocableReceiver, IBacklogReader, IStallReporter
{
    /// <summary>Most messages of one receive.</summary>
    public const int MostAtOnce = 500;

    private static readonly TimeSpan BacklogTimeout = TimeSpan.FromSeconds(10);

    private readonly KafkaInbox _inbox = new(time);
    private readonly Lock _lock = new();

    // Of all members that follow each other here, and of the next process where the member has a name that outlives it.
    private readonly string _transactionalId = $"{group}-{topic}-{options.GroupInstanceId ?? Guid.NewGuid().ToString("N")}";
    private IMessageHolder? _holder;
    private KafkaMember? _member;
    private bool _isDisposed;

    /// <summary>How long a receive waits for messages.</summary>
    public TimeSpan ReceiveWait { get; init; } = TimeSpan.FromSeconds(5);

    public TransportLimits Limits { get; } = new(BatchCount: MostAtOnce, BatchBytes: int.MaxValue, MessageBytes: int.MaxValue);

    public TransportFeatures Features => isExactlyOnce
        ? TransportFeatures.Ordering | TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay | TransportFeatures.Transactions
        : TransportFeatures.Ordering;

    public void Attach(IMessageHolder holder) => _holder = holder;

    public async ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
    {
        var member = EnsureMember();
        while (true)
        {
            var received = await _inbox.TakeAsync(Math.Min(maxMessages, Limits.BatchCount), ReceiveWait, cancellationToken).ConfigureAwait(false);

            // That nothing comes is an answer only from a member that has joined.
            if (received.Count > 0 || member.HasJoined)
            {
                return received;
            }
        }
    }

    public ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        KafkaPartition? last = null;
        for (var i = 0; i < batch.Count; i++)
        {
            var (envelope, settlement) = batch[i];
            if (envelope is not KafkaReceivedEnvelope received || received.Partition.Topic != topic)
            {
                batch.Fail(i, new TransportException(FailureKind.Permanent, $"Message '{envelope.Id}' was not received from this topic."));
                continue;
            }

            var wasSettled = received.IsSettled;
            if (!received.Partition.TrySettle(received, settlement.IsAck))
            {
                // What was to go back has gone.
                if (settlement.IsAck)
                {
                    batch.Fail(i, new TransportException(
                        FailureKind.NotFound,
                        $"Partition {received.Partition.Number} of '{topic}' has moved to another member of the group; message '{received.Id}' is delivered again there."));
                }
            }
            else if (received.Transaction is { } transaction && !wasSettled)
            {
                if (!settlement.IsAck)
                {
                    received.Partition.Return(received.Offset, settlement.RedeliverAfter);
                }

                transaction.Settle(settlement.IsAck);
            }

            if (last is not null && last != received.Partition)
            {
                Store(last);
            }

            last = received.Partition;
        }

        if (last is not null)
        {
            Store(last);
        }

        return default;
    }

    public IReadOnlyList<string> FindStalls()
    {
        lock (_lock)
        {
            return [.. _member?.FindStalls() ?? []];
        }
    }

    public async ValueTask<Backlog> GetBacklogAsync(CancellationToken cancellationToken)
    {
        var member = EnsureMember();

        // The client's calls cannot be cancelled; who stops does not wait for them.
        return await Task.Run(() => member.ReadBacklogAsync(BacklogTimeout), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        KafkaMember? member;
        lock (_lock)
        {
            _isDisposed = true;
            (member, _member) = (_member, null);
        }

        _inbox.Close();
        if (member is not null)
        {
            await member.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A member that has come to its end, by a fatal error, is replaced by the next receive.
    private KafkaMember EnsureMember()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_member is null or { HasEnded: true })
            {
                var transactions = isExactlyOnce ? new KafkaTransactions(topic, _transactionalId, options, time, logger) : null;
                _member = new KafkaMember(topic, group, options, _inbox, _holder, transactions, time, logger);
                _member.Start();
            }

            return _member;
        }
    }

    private void Store(KafkaPartition partition)
    {
        if (isExactlyOnce)
        {
            return;
        }

        try
        {
            partition.Store();
        }
        catch (KafkaException exception)
        {
            // What is not stored now is stored with the next message that is done.
            LogNotStored(topic, partition.Number, exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The progress of partition {Partition} of {Topic} could not be stored; it is stored with the next message.")]
    private partial void LogNotStored(string topic, int partition, Exception failure);
}
