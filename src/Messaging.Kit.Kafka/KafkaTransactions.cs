using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>
/// A member's transactions, one after the other: which messages are handed out in which, and the calls that begin and end them. The
/// thread that polls asks for them, one at a time, and waits for each.
/// </summary>
internal sealed class KafkaTransactions : IAsyncDisposable
{
    /// <summary>After which time a call of the client is left behind; it has been told to take less.</summary>
    public static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(15);

    private const int MostMessages = 500;
    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A monitor, for the thread that polls waits on it.
    private readonly object _lock = new();
    private readonly KafkaTransportOptions _options;
    private readonly TimeProvider _time;
    private KafkaTransaction? _current;
    private KafkaClient? _client;
    private bool _isReady;
    private bool _isBegun;
    private int _singles;

    /// <param name="topic">What is consumed.</param>
    /// <param name="id">Whose transactions they are: who comes with the same id ends what its predecessor has left open.</param>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public KafkaTransactions(string topic, string id, KafkaTransportOptions options, TimeProvider time, ILogger logger)
    {
        (Topic, _options, _time) = (topic, options, time);
        Brokers = KafkaClientSettings.BootstrapServers(options) ?? "";
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
    /// <returns>In which transaction; <see langword="null"/> when none may be handed out now.</returns>
    public KafkaTransaction? Enter()
    {
        lock (_lock)
        {
            if (_current is not { IsOver: false, IsDoomed: false, Room: > 0 } current)
            {
                return null;
            }

            if (current.HandedOut++ == 0)
            {
                current.Since = _time.GetTimestamp();
            }

            current.Room--;
            current.Outstanding++;
            return current;
        }
    }

    public void Settle(KafkaTransaction transaction, bool isAck)
    {
        lock (_lock)
        {
            transaction.HasFailed |= !isAck;
            transaction.IsDoomed |= !isAck;
            if (--transaction.Outstanding == 0)
            {
                transaction.Until = _time.GetTimestamp();
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
            if (_current is not { IsOver: false } current)
            {
                return false;
            }

            current.IsDoomed |= Producer.EndedBy is not null;
            if (current is { HandedOut: 0, IsDoomed: false })
            {
                return false;
            }

            if (current.Room > 0 && _time.GetElapsedTime(current.Since) >= MostTime)
            {
                current.Room = 0;
            }

            if (current.Outstanding > 0 || !(nothingWaits || current.Room == 0 || current.IsDoomed))
            {
                return false;
            }

            current.Close();
            return true;
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

            _current.Close();
            return (_current, _current.Outstanding == 0);
        }
    }

    /// <summary>Makes a client ready for transactions. Then it is settled what became of those that an earlier one has left open.</summary>
    /// <exception cref="KafkaException">The brokers do not let it, now.</exception>
    public void Prepare()
    {
        _client ??= Producer.GetClient(Topic);
        if (!_isReady)
        {
            Call(client => client.InitTransactions(CallTime));
            _isReady = true;
        }
    }

    /// <summary>Begins a transaction, or goes on with one to which nothing has come.</summary>
    /// <exception cref="KafkaException">The brokers do not let it, now.</exception>
    public void Begin()
    {
        if (!_isBegun)
        {
            _client!.Producer.BeginTransaction();
            _isBegun = true;
        }

        lock (_lock)
        {
            // After a failure one by one, until those are through that shared its transaction: else it would undo them again and again.
            _current = new KafkaTransaction(this, _client!) { Room = _singles > 0 ? 1 : MostMessages };
        }
    }

    /// <summary>Commits what has been published, together with the progress.</summary>
    /// <exception cref="KafkaException">It is to be aborted.</exception>
    public void Commit(IReadOnlyCollection<TopicPartitionOffset> progress, IConsumerGroupMetadata group)
    {
        var started = _time.GetTimestamp();
        Repeat(client => client.SendOffsetsToTransaction(progress, group, CallTime));
        Repeat(client => client.CommitTransaction(CallTime));
        _isBegun = false;
        _singles = Math.Max(0, _singles - (_current?.HandedOut ?? 0));

        void Repeat(Action<IProducer<byte[], byte[]?>> call)
        {
            while (true)
            {
                try
                {
                    Call(call);
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
    public void Abort()
    {
        if (_current is { HasFailed: true } failed)
        {
            _singles = Math.Max(_singles, failed.HandedOut);
        }

        if (Producer.EndedBy is { } reason)
        {
            Discard(reason);
        }

        if (_client is null)
        {
            return;
        }

        try
        {
            Call(client => client.AbortTransaction(CallTime));
            _isBegun = false;
        }
        catch (KafkaException exception)
        {
            Discard(exception.Error);
        }
    }

    /// <summary>Ends the client; the next transaction has a new one.</summary>
    public void Discard(Error reason)
    {
        if (_client is not null)
        {
            Producer.Replace(_client, reason);
        }

        (_client, _isReady, _isBegun) = (null, false, false);
    }

    // Not all calls of the client keep their time: SendOffsetsToTransaction can wait for ever when the group's coordinator goes away under it
    // (librdkafka, issue 5456). One that does not return is left behind, together with its client, which cannot be freed under it; what
    // it has begun is ended by the next client's InitTransactions, and what it does later is refused by the brokers.
    private void Call(Action<IProducer<byte[], byte[]?>> call)
    {
        var producer = _client!.Producer;
        var made = Task.Run(() => call(producer));
        if (Task.WaitAny([made], CallPatience) < 0)
        {
            var error = new Error(ErrorCode.Local_TimedOut, "A call of the client does not return, though its time is over; the client is left behind and replaced.");
            Producer.LeaveBehind(_client, error);
            (_client, _isReady, _isBegun) = (null, false, false);
            throw new KafkaException(error);
        }

        made.GetAwaiter().GetResult();
    }

    public ValueTask DisposeAsync() => Producer.DisposeAsync();
}
