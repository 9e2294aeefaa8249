using System.Globalization;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>
/// A partition for as long as this member has it: what has been read of it and is not done with, and how far all is done. That is
/// what is committed, never more.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class KafkaPartition(KafkaMember member, int number, TimeProvider time, KafkaPartition? before = null)
{
    // A monitor, for the thread that polls waits on it.
    private readonly object _lock = new();

    private readonly CommitWatermark _progress = new();
    private int _inHand;
    private long _watermark = -1;
    private long _passed = -1;
    private long _stored = -1;

    // Since when the first message has been waited for, over rewinds; 0 while none is.
    private long _headSince = before?._headSince ?? 0;
    private long _leaderlessSince;

    // What was given back before a rewind: how often, and until when the partition rests for it.
    private readonly Dictionary<long, int> _returns = before?._returns ?? [];
    private long _restsUntil = before?._restsUntil ?? 0;

    public string Topic => member.Topic;

    public int Number => number;

    /// <summary>The lane of its messages, where they all share one.</summary>
    public string? Lane { get; } = member.IsOrderedByPartition ? number.ToString(CultureInfo.InvariantCulture) : null;

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

    /// <summary>The offset of the first message that was read; -1 before that.</summary>
    public long First { get; private set; } = -1;

    /// <summary>The offset of the last message that was read; -1 before that. For the thread that polls.</summary>
    public long Last { get; set; } = -1;

    /// <summary>Whether it rests for a while, since a message of it failed.</summary>
    public bool IsResting => _restsUntil != 0 && time.GetTimestamp() < _restsUntil;

    /// <summary>Where its end was when somebody asked for it; 0 while nobody has.</summary>
    public long End { get; set; }

    /// <summary>How many messages the group has before it; <see langword="null"/> while nothing has been read.</summary>
    public long? Lag => (Watermark >= 0 ? Watermark : First) is var done and >= 0 && member.EndOf(number) is { } end ? Math.Max(0, Math.Max(end, End) - done) : null;

    /// <summary>How many messages are with the consumer.</summary>
    public int InHand => Volatile.Read(ref _inHand);

    /// <summary>The offset from which on not all is done; -1 while nothing is.</summary>
    public long Watermark => Volatile.Read(ref _watermark);

    /// <summary>Up to where it has been committed by transactions, or between them; -1 before that. For the thread that polls.</summary>
    public long Committed { get; private set; } = before?.Committed ?? -1;

    /// <summary>For how long the oldest message has not been done with; zero when all are.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_lock)
            {
                return _headSince == 0 ? TimeSpan.Zero : time.GetElapsedTime(_headSince);
            }
        }
    }

    /// <summary>For how long no broker has led it, by what those have found who looked: nobody can read or write it then.</summary>
    public TimeSpan LeaderlessAge => Volatile.Read(ref _leaderlessSince) is not 0 and var since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Notes whether a broker leads it.</summary>
    public void NoteLeader(bool isThere) => Volatile.Write(ref _leaderlessSince, isThere ? 0 : _leaderlessSince is not 0 and var since ? since : time.GetTimestamp());

    /// <summary>Notes where it begins: what is before is none of the group's business.</summary>
    public void Begin(long offset) => Volatile.Write(ref _watermark, offset);

    /// <summary>Notes up to where a transaction has committed it: only then what it has acked is done with.</summary>
    public void NoteCommitted(long offset)
    {
        lock (_lock)
        {
            if (offset > Committed)
            {
                Committed = offset;
                NoteHead();
            }

            foreach (var done in _returns.Count == 0 ? [] : _returns.Keys.Where(returned => returned < offset).ToList())
            {
                _returns.Remove(done);
            }
        }
    }

    /// <summary>Notes that a message is to come again, after a rewind, when the partition has rested for a while.</summary>
    public void Return(long offset, TimeSpan delay)
    {
        lock (_lock)
        {
            _returns[offset] = _returns.GetValueOrDefault(offset) + 1;
            _restsUntil = Math.Max(_restsUntil, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>Notes where the client has come to its end. What is there behind the last message is none: ends of transactions, what they have undone.</summary>
    public void NoteEnd(long offset)
    {
        lock (_lock)
        {
            _passed = offset;
            Pass();
        }
    }

    /// <summary>Notes messages of it that have been read.</summary>
    public void Track(Span<KafkaRecord> records)
    {
        lock (_lock)
        {
            if (_headSince == 0)
            {
                _headSince = time.GetTimestamp();
            }

            foreach (ref var record in records)
            {
                var offset = record.Content.Offset.Value;
                First = First < 0 ? offset : First;
                record = record with { Position = _progress.Add(offset) };
            }
        }
    }

    /// <summary>Notes that messages are handed out.</summary>
    /// <returns>Whether they may be.</returns>
    public bool TryHandOut(int count)
    {
        lock (_lock)
        {
            if (IsRevoked || IsLost)
            {
                return false;
            }

            _inHand += count;
            return true;
        }
    }

    /// <summary>Undoes <see cref="TryHandOut"/> of one.</summary>
    public void TakeBack()
    {
        lock (_lock)
        {
            EndOne();
        }
    }

    /// <summary>How often a message was given back, before a rewind.</summary>
    public int ReturnsOf(long offset)
    {
        lock (_lock)
        {
            return _returns.Count == 0 ? 0 : _returns.GetValueOrDefault(offset);
        }
    }

    /// <summary>Notes what became of messages of it: done with, or not, and then they stay in the way of the watermark.</summary>
    /// <param name="batch">What is settled.</param>
    /// <param name="index">The first of them.</param>
    /// <returns>The index of the first that is not of this partition.</returns>
    public int Settle(TransportBatch<SettledEnvelope> batch, int index)
    {
        lock (_lock)
        {
            var (before, mayRewind) = (_watermark, false);
            for (; index < batch.Count && batch[index].Envelope is KafkaReceivedEnvelope envelope && envelope.Partition == this; index++)
            {
                mayRewind = envelope.Transaction is not null;
                if (!envelope.IsSettled && Settle(envelope, batch[index].Settlement) is { } failure)
                {
                    batch.Fail(index, failure);
                }
            }

            // In a transaction what is acked is done with only when it is committed.
            if (_watermark != before && !mayRewind)
            {
                NoteHead();
            }

            return index;
        }
    }

    /// <summary>Stores for the next commit how far all is done. By the thread that polls.</summary>
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

    // What is below runs under the lock.
    private TransportException? Settle(KafkaReceivedEnvelope envelope, Settlement settlement)
    {
        if (IsLost)
        {
            // What was to go back has gone.
            return !settlement.IsAck ? null : new TransportException(
                FailureKind.NotFound,
                $"Partition {number} of '{Topic}' has moved to another member of the group; message '{envelope.Id}' is delivered again there.");
        }

        envelope.IsSettled = true;
        if (settlement.IsAck)
        {
            Complete(envelope);
        }
        else if (envelope.Transaction is not null)
        {
            Return(envelope.Offset, settlement.RedeliverAfter);
        }

        envelope.Transaction?.Settle(envelope, settlement.IsAck);
        EndOne();
        return null;
    }

    private void Complete(KafkaReceivedEnvelope envelope)
    {
        if (_progress.Complete(envelope.Position))
        {
            _watermark = _progress.Offset;
            Pass();
        }
    }

    private void NoteHead() => _headSince = _progress.Count == 0 ? 0 : time.GetTimestamp();

    // Else what is no message would count as waiting for as long as nothing comes after it.
    private void Pass()
    {
        if (_progress.Count == 0 && _passed > _watermark)
        {
            _watermark = _passed;
            _headSince = First < 0 ? 0 : _headSince; // what was waited for before a rewind is not there any more
        }
    }

    private void EndOne()
    {
        if (--_inHand == 0)
        {
            Monitor.PulseAll(_lock);
        }
    }
}
