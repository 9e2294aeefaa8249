using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>A queue of the in-memory broker: its figures, its failures, and a look at what waits in it.</summary>
/// <remarks>Safe for concurrent use. The figures are exact.</remarks>
public sealed class InMemoryQueue : ISendTarget
{
    internal const int BatchCount = 100;

    // One lock; the time is read under it, so that leases end in the order in which they were taken. Nothing that is not the
    // broker's own runs under it: waking receivers, setting the timer and moving dead letters come after it, see Aftermath.
    private readonly Lock _gate = new();
    private readonly InMemoryClock _clock;
    private readonly InMemoryFaults _brokerFaults;
    private readonly WaitingLine _line;
    private readonly DeduplicationWindow? _accepted;
    private readonly PriorityQueue<InMemoryMessage, (long DueAt, long Sequence)> _delayed = new();
    private readonly Alarm _alarm;
    private IntrusiveList<InMemoryMessage, InMemoryMessage.ByAge> _messages;
    private IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> _leased;
    private IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> _dead;
    private IntrusiveList<ReceiveWait, ReceiveWait.ByTurn> _waits;
    private IntrusiveList<ReceiveWait, ReceiveWait.ByTurn> _ended;
    private volatile InMemoryQueueOptions _options;
    private InMemoryQueue? _deadLetterQueue;
    private long _sequence;
    private long _delayedCount;
    private long _expiredCount;
    private long _deduplicatedCount;
    private long _deadLetteredCount;

    internal InMemoryQueue(string name, InMemoryQueueOptions options, InMemoryQueue? deadLetterQueue, InMemoryClock clock, InMemoryFaults brokerFaults)
    {
        (Name, _options, _deadLetterQueue, _clock, _brokerFaults) = (name, options, deadLetterQueue, clock, brokerFaults);
        IsFifo = InMemoryBroker.IsFifo(name);
        _line = IsFifo ? new FifoLine() : new StandardLine();
        _accepted = IsFifo ? new DeduplicationWindow() : null;
        _alarm = new Alarm(clock, OnAlarm);
    }

    /// <summary>The queue's name.</summary>
    public string Name { get; }

    /// <summary>Whether it keeps order by key and drops duplicates: its name ends in <c>.fifo</c>.</summary>
    public bool IsFifo { get; }

    /// <summary>Makes this queue fail; <see cref="InMemoryBroker.Faults"/> makes all fail.</summary>
    public InMemoryFaults Faults { get; } = new();

    /// <summary>How much is in the queue. <see cref="Backlog.Delayed"/> counts returned messages that stay away for a time, too.</summary>
    public Backlog Backlog
    {
        get
        {
            Backlog backlog;
            Aftermath after;
            lock (_gate)
            {
                var now = Begin();
                backlog = new Backlog(_messages.Count - _leased.Count - _delayedCount, _leased.Count, _delayedCount);
                after = End(now);
            }

            after.Run(this);
            return backlog;
        }
    }

    /// <summary>How many messages vanished because <see cref="InMemoryQueueOptions.Retention"/> ended.</summary>
    public long ExpiredCount => Interlocked.Read(ref _expiredCount);

    /// <summary>How many messages were accepted but not stored because their id was known.</summary>
    public long DeduplicatedCount => Interlocked.Read(ref _deduplicatedCount);

    /// <summary>How many messages moved to the dead-letter queue.</summary>
    public long DeadLetteredCount => Interlocked.Read(ref _deadLetteredCount);

    internal static TimeSpan MaxLease { get; } = TimeSpan.FromHours(12);

    internal TimeSpan VisibilityTimeout => _options.VisibilityTimeout;

    internal int MaxMessageBytes => _options.MaxMessageBytes;

    int ISendTarget.MaxMessageBytes => MaxMessageBytes;

    /// <summary>Copies what waits, in the order of arrival, and leaves it there. Messages that are in flight or delayed are not among it.</summary>
    /// <returns>The envelopes; their number of deliveries is that of the next delivery.</returns>
    public IReadOnlyList<ReceivedEnvelope> Peek()
    {
        var waiting = new List<ReceivedEnvelope>();
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            for (var message = _messages.First; message is not null; message = message.Age.Next)
            {
                if (message.State == MessageState.Waiting)
                {
                    waiting.Add(message.Snapshot());
                }
            }

            after = End(now);
        }

        after.Run(this);
        return waiting;
    }

    /// <summary>Deletes all messages, those in flight and those that are delayed as well.</summary>
    /// <returns>How many there were.</returns>
    public int Purge()
    {
        int count;
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            count = _messages.Count;
            while (_messages.First is { } message)
            {
                Vanish(message);
            }

            after = End(now);
        }

        after.Run(this);
        return count;
    }

    internal InMemoryMessage CreateMessage(Envelope envelope, byte[] body) => new(this, envelope, body) { DueAt = envelope.Delay.Ticks };

    void ISendTarget.Accept(TransportBatch<Envelope> batch)
    {
        var messages = default(IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace>);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.FailureOf(i) is null)
            {
                messages.AddLast(CreateMessage(batch[i], batch[i].Body.ToArray()));
            }
        }

        Accept(messages);
    }

    /// <summary>Stores messages.</summary>
    /// <param name="messages">New ones; <see cref="InMemoryMessage.DueAt"/> is their own delay.</param>
    /// <param name="deduplicate">Whether those with known ids are dropped.</param>
    internal void Accept(IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> messages, bool deduplicate = true)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            var options = _options;
            while (messages.RemoveFirst() is { } message)
            {
                if (_accepted is not null && deduplicate && !_accepted.Add(message.Id, now, options.DeduplicationWindow.Ticks))
                {
                    _deduplicatedCount++;
                    continue;
                }

                (message.Sequence, message.AcceptedAt) = (++_sequence, now);
                _messages.AddLast(message);
                var delay = message.DueAt > 0 ? message.DueAt : options.Delay.Ticks;
                if (delay > 0)
                {
                    Delay(message, now, delay);
                }
                else
                {
                    Wait(message);
                }
            }

            after = End(now);
        }

        after.Run(this);
    }

    internal ValueTask<IReadOnlyList<ReceivedEnvelope>> Receive(InMemoryReceiver receiver, int maxMessages, CancellationToken cancellationToken)
    {
        ReceivedEnvelope[] messages;
        ReceiveWait? wait = null;
        Aftermath after;
        lock (_gate)
        {
            // Under the lock: a receiver that is disposed from now on finds the wait that begins here.
            ObjectDisposedException.ThrowIf(receiver.IsDisposed, receiver);
            var now = Begin();
            messages = Take(maxMessages, now);
            if (messages.Length == 0 && _options.WaitTime > TimeSpan.Zero)
            {
                wait = receiver.RentWait(this);
                wait.Start(maxMessages, InMemoryClock.After(now, _options.WaitTime.Ticks));
                _waits.AddLast(wait);
            }

            after = End(now);
        }

        after.Run(this);
        return wait is null ? new(messages) : wait.AsTask(cancellationToken);
    }

    internal void Settle(TransportBatch<SettledEnvelope> batch)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            for (var i = 0; i < batch.Count; i++)
            {
                var (envelope, settlement) = batch[i];
                if (Find(envelope) is not { } message)
                {
                    batch.Fail(i, NotFromHere(envelope));
                }
                else if (message.State == MessageState.Leased)
                {
                    Settle(batch, i, message, settlement, now);
                }
                else if (message.State == MessageState.Lost)
                {
                    batch.Fail(i, LeaseIsOver(message));
                }
            }

            after = End(now);
        }

        after.Run(this);
    }

    internal void Renew(TransportBatch<ReceivedEnvelope> batch)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            for (var i = 0; i < batch.Count; i++)
            {
                if (Find(batch[i]) is not { } message)
                {
                    batch.Fail(i, NotFromHere(batch[i]));
                }
                else if (message.State != MessageState.Leased)
                {
                    batch.Fail(i, LeaseIsOver(message));
                }
                else if (_brokerFaults.LosesLease() || Faults.LosesLease())
                {
                    Return(message, MessageState.Lost, now, 0);
                    batch.Fail(i, LeaseIsOver(message));
                }
                else
                {
                    _leased.Remove(message);
                    Lease(message, now);
                }
            }

            after = End(now);
        }

        after.Run(this);
    }

    internal TransportException? OnReceive() => _brokerFaults.OnReceive() ?? Faults.OnReceive();

    internal void Cancel(ReceiveWait wait, CancellationToken cancellationToken)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            if (wait.IsWaiting)
            {
                EndWait(wait, new OperationCanceledException(cancellationToken));
            }

            after = End(now);
        }

        after.Run(this);
    }

    /// <summary>Ends the waits of a receiver that has been disposed.</summary>
    internal void Abandon(InMemoryReceiver receiver)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            var wait = _waits.First;
            while (wait is not null)
            {
                var next = wait.Turn.Next;
                if (wait.Receiver == receiver)
                {
                    EndWait(wait, new ObjectDisposedException(typeof(InMemoryReceiver).FullName));
                }

                wait = next;
            }

            after = End(now);
        }

        after.Run(this);
    }

    /// <summary>Gives the queue other options. What is leased gets the new lease from now; who waits for messages asks again.</summary>
    internal void Change(InMemoryQueueOptions options, InMemoryQueue? deadLetterQueue)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            (_options, _deadLetterQueue) = (options, deadLetterQueue);
            for (var message = _leased.First; message is not null; message = message.Place.Next)
            {
                message.DueAt = InMemoryClock.After(now, options.VisibilityTimeout.Ticks);
            }

            while (_waits.First is { } wait)
            {
                EndWait(wait, []);
            }

            after = End(now);
        }

        after.Run(this);
    }

    private static TransportException LeaseIsOver(InMemoryMessage message) => new(
        FailureKind.NotFound,
        $"The lease of message '{message.Id}' from queue '{message.Queue.Name}' is over; it is delivered again, or gone. Settle within the visibility timeout, or renew the lease.");

    private static TransportException NotFromHere(ReceivedEnvelope envelope) => new(
        FailureKind.Permanent, $"Message '{envelope.Id}' was not received from this queue.");

    /// <summary>What became due since the last call: messages whose retention, lease or delay has ended.</summary>
    /// <returns>The time, for the call.</returns>
    private long Begin()
    {
        var now = _clock.Now;
        var retention = _options.Retention.Ticks;
        while (_messages.First is { } oldest && now - oldest.AcceptedAt >= retention)
        {
            Vanish(oldest);
            _expiredCount++;
        }

        while (_leased.First is { } message && message.DueAt <= now)
        {
            Return(message, MessageState.Lost, now, 0);
        }

        while (_delayed.TryPeek(out var message, out var place) && (place.DueAt <= now || message.State != MessageState.Delayed))
        {
            _delayed.Dequeue();
            if (message.State == MessageState.Delayed)
            {
                _delayedCount--;
                Wait(message);
            }
        }

        Serve(now);
        return now;
    }

    /// <summary>Hands out what the call made available, and says what is to be done after the lock.</summary>
    private Aftermath End(long now)
    {
        Serve(now);
        while (_waits.First is { } wait && wait.Deadline <= now)
        {
            EndWait(wait, []);
        }

        var after = new Aftermath(_ended, _dead, _deadLetterQueue, NextDue());
        (_ended, _dead) = (default, default);
        return after;
    }

    private void Serve(long now)
    {
        while (_waits.First is { } wait)
        {
            var messages = Take(wait.MaxMessages, now);
            if (messages.Length == 0)
            {
                return;
            }

            EndWait(wait, messages);
        }
    }

    private void EndWait(ReceiveWait wait, ReceivedEnvelope[] messages)
    {
        _waits.Remove(wait);
        wait.End(messages);
        _ended.AddLast(wait);
    }

    private void EndWait(ReceiveWait wait, Exception failure)
    {
        _waits.Remove(wait);
        wait.End(failure);
        _ended.AddLast(wait);
    }

    /// <summary>When somebody who waits gets something: without a wait nothing is due, for the next call looks for itself.</summary>
    private long NextDue()
    {
        if (_waits.First is not { } wait)
        {
            return long.MaxValue;
        }

        var due = Math.Min(wait.Deadline, _leased.First?.DueAt ?? long.MaxValue);
        return _delayed.TryPeek(out _, out var place) ? Math.Min(due, place.DueAt) : due;
    }

    private void OnAlarm()
    {
        Aftermath after;
        lock (_gate)
        {
            after = End(Begin());
        }

        after.Run(this);
    }

    private ReceivedEnvelope[] Take(int maxMessages, long now)
    {
        var count = 0;
        var utcNow = default(DateTimeOffset);
        while (count < maxMessages && _line.Take() is { } message)
        {
            if (_deadLetterQueue is not null && message.DeliveryCount > _options.MaxReceiveCount)
            {
                Forget(message, MessageState.Lost);
                _dead.AddLast(message);
                _deadLetteredCount++;
                continue;
            }

            if (count++ == 0)
            {
                utcNow = _clock.Time.GetUtcNow();
            }

            message.Deliver(utcNow);
            Lease(message, now);
        }

        _line.EndTake();
        if (count == 0)
        {
            return [];
        }

        var messages = new ReceivedEnvelope[count];
        for (var message = _leased.Last; count > 0; message = message!.Place.Previous)
        {
            messages[--count] = message!;
        }

        return messages;
    }

    private void Lease(InMemoryMessage message, long now)
    {
        message.State = MessageState.Leased;
        message.DueAt = InMemoryClock.After(now, _options.VisibilityTimeout.Ticks);
        _leased.AddLast(message);
    }

    private void Settle(TransportBatch<SettledEnvelope> batch, int index, InMemoryMessage message, Settlement settlement, long now)
    {
        if ((_brokerFaults.OnSettlement() ?? Faults.OnSettlement()) is { } failure)
        {
            batch.Fail(index, failure);
        }
        else if (!settlement.IsAck)
        {
            Return(message, MessageState.Settled, now, Math.Min(settlement.RedeliverAfter.Ticks, MaxLease.Ticks));
        }
        else if (!_brokerFaults.DropsAck() && !Faults.DropsAck())
        {
            _leased.Remove(message);
            Forget(message, MessageState.Settled);
        }
    }

    /// <summary>A leased message comes back, as the next delivery of it.</summary>
    private void Return(InMemoryMessage message, MessageState state, long now, long delay)
    {
        _leased.Remove(message);
        message.State = state;
        var again = message.Again();
        _messages.Replace(message, again);
        if (delay > 0)
        {
            Delay(again, now, delay);
        }
        else
        {
            Wait(again);
        }
    }

    private void Wait(InMemoryMessage message)
    {
        message.State = MessageState.Waiting;
        _line.Add(message);
    }

    private void Delay(InMemoryMessage message, long now, long delay)
    {
        message.State = MessageState.Delayed;
        message.DueAt = InMemoryClock.After(now, delay);
        _delayed.Enqueue(message, (message.DueAt, message.Sequence));
        _delayedCount++;
    }

    /// <summary>A message that was taken from its line is gone.</summary>
    private void Forget(InMemoryMessage message, MessageState state)
    {
        message.State = state;
        _messages.Remove(message);
        _line.Release(message);
    }

    /// <summary>A message is gone, wherever it is.</summary>
    private void Vanish(InMemoryMessage message)
    {
        switch (message.State)
        {
            case MessageState.Waiting:
                _line.Remove(message);
                _messages.Remove(message);
                message.State = MessageState.Lost;
                return;
            case MessageState.Leased:
                _leased.Remove(message);
                break;
            default:
                // Its entry in _delayed is dropped when its turn comes.
                _delayedCount--;
                break;
        }

        Forget(message, MessageState.Lost);
    }

    private InMemoryMessage? Find(ReceivedEnvelope envelope) => envelope is InMemoryMessage message && message.Queue == this ? message : null;

    /// <summary>What a call does when it has let go of the lock.</summary>
    private readonly struct Aftermath(
        IntrusiveList<ReceiveWait, ReceiveWait.ByTurn> ended,
        IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> dead,
        InMemoryQueue? deadLetterQueue,
        long due)
    {
        private readonly IntrusiveList<ReceiveWait, ReceiveWait.ByTurn> _ended = ended;
        private readonly IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> _dead = dead;

        public void Run(InMemoryQueue queue)
        {
            if (due != long.MaxValue)
            {
                queue._alarm.RingAt(due);
            }

            if (_dead.Count > 0)
            {
                Move(_dead, deadLetterQueue!);
            }

            var ended = _ended;
            while (ended.RemoveFirst() is { } wait)
            {
                wait.Wake();
            }
        }

        private static void Move(IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> dead, InMemoryQueue target)
        {
            var moved = default(IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace>);
            while (dead.RemoveFirst() is { } message)
            {
                moved.AddLast(message.MoveTo(target));
            }

            target.Accept(moved, deduplicate: false);
        }
    }
}
