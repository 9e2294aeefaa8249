using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>
/// A member's transactions, one after the other: which messages are handed out in which, and the calls that begin and end them. The
/// calls are made by the thread that polls, and only there.
/// </summary>
internal sealed class KafkaTransactions : IAsyncDisposable
{
    private const int MostMessages = 500;
    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A monitor, for the thread that polls waits on it.
    private readonly object _lock = new();
    private readonly KafkaTransportOptions _options;
    private readonly TimeProvider _time;
    private KafkaTransaction? _current;
    private IProducer<byte[], byte[]?>? _client;
    private int _singles;

    public KafkaTransactions(string topic, string group, KafkaTransportOptions options, TimeProvider time, ILogger logger)
    {
        (Topic, _options, _time) = (topic, options, time);
        Brokers = KafkaClientSettings.BootstrapServers(options) ?? "";

        // A member that keeps its name keeps its id, too, and so ends what its predecessor has left open.
        var id = $"{group}-{topic}-{options.GroupInstanceId ?? Guid.NewGuid().ToString("N")}";
        Producer = new KafkaProducer(options, time, logger, id);
    }

    public string Topic { get; }

    /// <summary>The brokers that it can cover.</summary>
    public string Brokers { get; }

    public KafkaProducer Producer { get; }

    /// <summary>The transaction that was begun last.</summary>
    public KafkaTransaction? Current => _current;

    /// <summary>Whether messages can be handed out.</summary>
    public bool IsOpen => _current is { IsOver: false };

    /// <summary>Whether messages have been handed out whose transaction is to be ended soon.</summary>
    public bool IsBusy => _current is { HandedOut: > 0 };

    /// <summary>Notes that a message is handed out.</summary>
    /// <returns>Whether it may be.</returns>
    public bool TryEnter(KafkaReceivedEnvelope envelope)
    {
        lock (_lock)
        {
            if (_current is not { IsOver: false, IsDoomed: false, Room: > 0 } current)
            {
                return false;
            }

            if (current.HandedOut++ == 0)
            {
                current.Since = _time.GetTimestamp();
            }

            current.Room--;
            current.Outstanding++;
            envelope.Transaction = current;
            return true;
        }
    }

    public void Settle(KafkaTransaction transaction, bool isAck)
    {
        lock (_lock)
        {
            transaction.IsDoomed |= !isAck;
            if (--transaction.Outstanding == 0)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Whether the transaction is to be ended now; then nothing more is handed out in it.</summary>
    /// <param name="nothingWaits">Whether there is nothing that could be handed out.</param>
    public bool TryClose(bool nothingWaits)
    {
        lock (_lock)
        {
            if (_current is not { IsOver: false, HandedOut: > 0 } current)
            {
                return false;
            }

            if (current.Room > 0 && _time.GetElapsedTime(current.Since) >= MostTime)
            {
                current.Room = 0;
            }

            current.IsOver = current.Outstanding == 0 && (nothingWaits || current.Room == 0 || current.IsDoomed);
            return current.IsOver;
        }
    }

    /// <summary>Hands nothing more out, and waits until what has been is settled.</summary>
    /// <returns>The transaction, and whether all of it was settled in time.</returns>
    public (KafkaTransaction? Current, bool IsIdle) Drain(TimeSpan atMost)
    {
        var started = _time.GetTimestamp();
        lock (_lock)
        {
            if (_current is null)
            {
                return (null, true);
            }

            _current.Room = 0;
            while (_current.Outstanding > 0)
            {
                var rest = atMost - _time.GetElapsedTime(started);
                if (rest <= TimeSpan.Zero)
                {
                    _current.IsDoomed = true;
                    break;
                }

                Monitor.Wait(_lock, rest);
            }

            _current.IsOver = true;
            return (_current, _current.Outstanding == 0);
        }
    }

    /// <summary>Begins a transaction.</summary>
    /// <exception cref="KafkaException">The brokers do not let it, now.</exception>
    public void Begin()
    {
        var client = Producer.GetClient(Topic);
        if (!ReferenceEquals(client, _client))
        {
            client.InitTransactions(CallTime);
            _client = client;
        }

        client.BeginTransaction();
        lock (_lock)
        {
            // After a failure one by one, until those are through that shared its transaction: else it would undo them again and again.
            _current = new KafkaTransaction(this) { Room = _singles > 0 ? 1 : MostMessages };
        }
    }

    /// <summary>Commits what has been published, together with the progress.</summary>
    /// <exception cref="KafkaException">It is to be aborted.</exception>
    public void Commit(IReadOnlyCollection<TopicPartitionOffset> progress, IConsumerGroupMetadata group)
    {
        var started = _time.GetTimestamp();
        Repeat(client => client.SendOffsetsToTransaction(progress, group, CallTime));
        Repeat(client => client.CommitTransaction(CallTime));
        _singles = Math.Max(0, _singles - (_current?.HandedOut ?? 0));

        void Repeat(Action<IProducer<byte[], byte[]?>> call)
        {
            while (true)
            {
                try
                {
                    call(_client!);
                    return;
                }
                catch (KafkaRetriableException) when (_time.GetElapsedTime(started) < _options.TransactionTimeout)
                {
                    lock (_lock)
                    {
                        Monitor.Wait(_lock, Pause);
                    }
                }
            }
        }
    }

    /// <summary>Undoes what has been published. Does not fail: a client that cannot is replaced, and the brokers undo it.</summary>
    /// <param name="isForMessage">Whether it is for a message that failed.</param>
    public void Abort(bool isForMessage)
    {
        if (isForMessage)
        {
            _singles = Math.Max(_singles, _current?.HandedOut ?? 0);
        }

        try
        {
            _client!.AbortTransaction(CallTime);
        }
        catch (Exception exception) when (exception is KafkaException or ObjectDisposedException)
        {
            Discard((exception as KafkaException)?.Error ?? new Error(ErrorCode.Local_Fatal));
        }
    }

    /// <summary>Ends the client; the next transaction has a new one.</summary>
    public void Discard(Error reason)
    {
        if (_client is not null)
        {
            Producer.Replace(_client, reason);
            _client = null;
        }
    }

    public ValueTask DisposeAsync() => Producer.DisposeAsync();
}
