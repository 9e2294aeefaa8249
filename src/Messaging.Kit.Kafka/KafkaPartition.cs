using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>
/// A partition for as long as this member has it: what has been read of it and is not done with, and how far all is done. That is
/// what is committed, never more.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class KafkaPartition(KafkaMember member, int number, TimeProvider time)
{
    // A monitor, for the thread that polls waits on it.
    private readonly object _lock = new();

    private readonly CommitWatermark _progress = new();
    private int _inHand;
    private long _watermark = -1;
    private long _stored = -1;
    private long _headSince;

    public string Topic => member.Topic;

    public int Number => number;

    /// <summary>Whether it is being given up: what has not been started is not handed out any more.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>Whether it has been given up: nothing of it can be settled.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether the client has been told to fetch nothing of it for a while. Nobody knows, at first.</summary>
    public bool? IsPaused { get; set; }

    /// <summary>How many messages have been read and are not covered by a commit yet.</summary>
    public int Uncommitted
    {
        get
        {
            lock (_lock)
            {
                return _progress.Count;
            }
        }
    }

    /// <summary>How many messages are with the consumer.</summary>
    public int InHand => Volatile.Read(ref _inHand);

    /// <summary>The offset from which on not all is done; -1 while nothing is.</summary>
    public long Watermark => Volatile.Read(ref _watermark);

    /// <summary>For how long the oldest message has not been done with; zero when all are.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_lock)
            {
                return _progress.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(_headSince);
            }
        }
    }

    /// <summary>Notes a message that has been read.</summary>
    public void Track(KafkaReceivedEnvelope envelope)
    {
        lock (_lock)
        {
            if (_progress.Count == 0)
            {
                _headSince = time.GetTimestamp();
            }

            envelope.Position = _progress.Add(envelope.Offset);
        }
    }

    /// <summary>Notes that a message is handed out.</summary>
    /// <returns>Whether it may be.</returns>
    public bool TryHandOut()
    {
        lock (_lock)
        {
            if (IsRevoked || IsLost)
            {
                return false;
            }

            _inHand++;
            return true;
        }
    }

    /// <summary>Notes what became of a message: done with, or not, and then it stays in the way of the watermark.</summary>
    /// <returns>Whether it could be settled; not when the partition has been given up.</returns>
    public bool TrySettle(KafkaReceivedEnvelope envelope, bool isDone)
    {
        lock (_lock)
        {
            if (envelope.IsSettled)
            {
                return true;
            }

            if (IsLost)
            {
                return false;
            }

            envelope.IsSettled = true;
            if (isDone && _progress.Complete(envelope.Position))
            {
                _watermark = _progress.Offset;
                _headSince = time.GetTimestamp();
            }

            if (--_inHand == 0)
            {
                Monitor.PulseAll(_lock);
            }

            return true;
        }
    }

    /// <summary>Stores for the next commit how far all is done.</summary>
    /// <exception cref="Confluent.Kafka.KafkaException">The client does not take it; the next call stores it.</exception>
    public void Store()
    {
        lock (_lock)
        {
            if (!IsLost && _watermark > _stored)
            {
                member.Store(number, _watermark);
                _stored = _watermark;
            }
        }
    }

    /// <summary>Waits until nothing of it is with the consumer.</summary>
    /// <returns>Whether that was so in time.</returns>
    public bool WaitUntilIdle(TimeSpan atMost)
    {
        var started = time.GetTimestamp();
        lock (_lock)
        {
            while (_inHand > 0)
            {
                var rest = atMost - time.GetElapsedTime(started);
                if (rest <= TimeSpan.Zero)
                {
                    return false;
                }

                Monitor.Wait(_lock, rest);
            }

            return true;
        }
    }

    /// <summary>Gives it up: from now on nothing of it is settled or stored.</summary>
    public void Lose()
    {
        lock (_lock)
        {
            IsLost = true;
        }
    }
}
