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
internal sealed class KafkaReceiver(string topic, string group, KafkaTransportOptions options, bool isExactlyOnce, TimeProvider time, ILogger<KafkaReceiver> logger)
    : ITransportReceiver, IRevocableReceiver, IBacklogReader, IStallReporter
{
    /// <summary>Most messages of one receive.</summary>
    public const int MostAtOnce = 500;

    private static readonly TimeSpan BacklogTimeout = TimeSpan.FromSeconds(10);

    private readonly KafkaInbox _inbox = new(time);
    private readonly Lock _lock = new();

    // Of all members that follow each other here, and of the next process where the member has a name that outlives it.
    private readonly string _transactionalId = $"{group}-{topic}-{options.GroupInstanceId ?? Guid.NewGuid().ToString("N")}";
    private readonly HashSet<int> _replayed = [];
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
        while (true)
        {
            var member = EnsureMember();
            var received = await _inbox.TakeAsync(Math.Min(maxMessages, Limits.BatchCount), ReceiveWait, cancellationToken).ConfigureAwait(false);

            // That nothing comes is an answer only from a member that has joined.
            if (received.Count > 0 || member.HasJoined)
            {
                return Read(received);
            }

            // Brokers that hang up without a word, since they want to know who one is for example, are no more to the client than a connection that was lost.
            if (member.TakeTrouble() is { } trouble)
            {
                throw trouble;
            }
        }
    }

    public ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        for (var i = 0; i < batch.Count;)
        {
            if (batch[i].Envelope is KafkaReceivedEnvelope received && received.Partition.Topic == topic)
            {
                i = received.Partition.Settle(batch, i);
            }
            else
            {
                batch.Fail(i, new TransportException(FailureKind.Permanent, $"Message '{batch[i].Envelope.Id}' was not received from this topic."));
                i++;
            }
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

    private ReceivedEnvelope[] Read(List<KafkaRecord> records)
    {
        var envelopes = new ReceivedEnvelope[records.Count];
        for (var i = 0; i < envelopes.Length; i++)
        {
            envelopes[i] = KafkaMessage.Read(records[i], _inbox.Texts);
        }

        return envelopes;
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
                _member = new KafkaMember(topic, group, options, _inbox, _holder, transactions, _replayed, time, logger);
                _member.Start();
            }

            return _member;
        }
    }
}
