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
    private readonly MessageStore _messages = new();
    private readonly WaitingLine _line;
    private readonly DeduplicationWindow? _acceptedIds;
    private readonly PriorityQueue<int, (long DueAt, long Sequence)> _delayed = new();
    private readonly Alarm _alarm;
    private MessageList<StoredMessage.ByAge> _ages;
    private MessageList<StoredMessage.ByPlace> _leased;
    private WaitList _waits;
    private WaitList _endedWaits;
    private List<Envelope>? _deadLetters;
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
        _line = IsFifo ? new FifoLine(_messages) : new StandardLine(_messages);
        _acceptedIds = IsFifo ? new DeduplicationWindow() : null;
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

            after.Run();
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
    /// <returns>The envelopes, with the number of their deliveries so far. They cannot be settled.</returns>
    public IReadOnlyList<ReceivedEnvelope> Peek()
    {
        var waiting = new List<ReceivedEnvelope>();
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            for (var index = _ages.First; index != 0; index = _messages[index].Age.Next)
            {
                if (_messages[index].State == MessageState.Waiting)
                {
                    waiting.Add(Copy(index));
                }
            }

            after = End(now);
        }

        after.Run();
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
            while (_ages.First != 0)
            {
                Vanish(_ages.First);
            }

            _delayed.Clear();
            after = End(now);
        }

        after.Run();
        return count;
    }

    void ISendTarget.Accept(TransportBatch<Envelope> batch) => Accept(batch);

    /// <summary>Stores the entries that are not marked as failed.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="deduplicate">Whether those with known ids are dropped.</param>
    internal void Accept(TransportBatch<Envelope> batch, bool deduplicate = true)
    {
        var largeBodies = CopyLargeBodies(batch);
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch.FailureOf(i) is not null)
                {
                    continue;
                }

                var envelope = batch[i];
                if (_acceptedIds is not null && deduplicate && !_acceptedIds.Add(envelope, now, _options.DeduplicationWindow.Ticks))
                {
                    _deduplicatedCount++;
                    continue;
                }

                var index = Store(envelope, largeBodies?[i], now);
                var delay = envelope.Delay > TimeSpan.Zero ? envelope.Delay : _options.Delay;
                Wait(index, now, delay.Ticks);
            }

            after = End(now);
        }

        after.Run();
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

        after.Run();
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
                if (envelope is not InMemoryReceived receipt || receipt.Queue != this)
                {
                    batch.Fail(i, NotFromHere(envelope));
                }
                else if (IsLeased(receipt))
                {
                    Settle(batch, i, receipt, settlement, now);
                }
                else if (!receipt.IsSettled)
                {
                    batch.Fail(i, LeaseIsOver(receipt));
                }
            }

            after = End(now);
        }

        after.Run();
    }

    internal void Renew(TransportBatch<ReceivedEnvelope> batch)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i] is not InMemoryReceived receipt || receipt.Queue != this)
                {
                    batch.Fail(i, NotFromHere(batch[i]));
                }
                else if (!IsLeased(receipt))
                {
                    batch.Fail(i, LeaseIsOver(receipt));
                }
                else
                {
                    _leased.Remove(_messages, receipt.Index);
                    if (_brokerFaults.LosesLease() || Faults.LosesLease())
                    {
                        Wait(receipt.Index, now, 0);
                        batch.Fail(i, LeaseIsOver(receipt));
                    }
                    else
                    {
                        Lease(receipt.Index, now);
                    }
                }
            }

            after = End(now);
        }

        after.Run();
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
                EndWait(wait, [], new OperationCanceledException(cancellationToken));
            }

            after = End(now);
        }

        after.Run();
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
                var next = wait.Next;
                if (wait.Receiver == receiver)
                {
                    EndWait(wait, [], new ObjectDisposedException(typeof(InMemoryReceiver).FullName));
                }

                wait = next;
            }

            after = End(now);
        }

        after.Run();
    }

    /// <summary>Gives the queue other options. What is leased gets the new lease from now; who waits for messages asks again.</summary>
    internal void Change(InMemoryQueueOptions options, InMemoryQueue? deadLetterQueue)
    {
        Aftermath after;
        lock (_gate)
        {
            var now = Begin();
            (_options, _deadLetterQueue) = (options, deadLetterQueue);
            for (var index = _leased.First; index != 0; index = _messages[index].Place.Next)
            {
                _messages[index].DueAt = InMemoryClock.After(now, options.VisibilityTimeout.Ticks);
            }

            while (_waits.First is { } wait)
            {
                EndWait(wait, []);
            }

            after = End(now);
        }

        after.Run();
    }

    private static byte[]?[]? CopyLargeBodies(TransportBatch<Envelope> batch)
    {
        byte[]?[]? copies = null;
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Body.Length > BodyStore.MostBlockBytes && batch.FailureOf(i) is null)
            {
                copies ??= new byte[batch.Count][];
                copies[i] = batch[i].Body.ToArray();
            }
        }

        return copies;
    }

    private static TransportException LeaseIsOver(InMemoryReceived receipt) => new(
        FailureKind.NotFound,
        $"The lease of message '{receipt.Id}' from queue '{receipt.Queue.Name}' is over; the message is delivered again, or gone. Settle within the visibility timeout, or renew the lease.");

    private static TransportException NotFromHere(ReceivedEnvelope envelope) => new(
        FailureKind.Permanent, $"Message '{envelope.Id}' was not received from this queue.");

    /// <summary>What became due since the last call: messages whose retention, lease or delay has ended.</summary>
    /// <returns>The time, for the call.</returns>
    private long Begin()
    {
        var now = _clock.Now;
        var retention = _options.Retention.Ticks;
        while (_ages.First != 0 && now - _messages[_ages.First].AcceptedAt >= retention)
        {
            Vanish(_ages.First);
            _expiredCount++;
        }

        while (_leased.First != 0 && _messages[_leased.First].DueAt <= now)
        {
            Wait(_leased.RemoveFirst(_messages), now, 0);
        }

        while (_delayed.TryPeek(out var index, out var place) && (place.DueAt <= now || !IsDelayed(index, place.Sequence)))
        {
            _delayed.Dequeue();
            if (IsDelayed(index, place.Sequence))
            {
                _delayedCount--;
                Wait(index, now, 0);
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

        var after = new Aftermath(this, _endedWaits, _deadLetters, _deadLetterQueue, NextDue());
        (_endedWaits, _deadLetters) = (default, null);
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

    private void EndWait(ReceiveWait wait, ReceivedEnvelope[] messages, Exception? failure = null)
    {
        _waits.Remove(wait);
        wait.End(messages, failure);
        _endedWaits.AddLast(wait);
    }

    /// <summary>When somebody who waits gets something: without a wait nothing is due, for the next call looks for itself.</summary>
    private long NextDue()
    {
        if (_waits.First is not { } wait)
        {
            return long.MaxValue;
        }

        var due = wait.Deadline;
        if (_leased.First != 0)
        {
            due = Math.Min(due, _messages[_leased.First].DueAt);
        }

        return _delayed.TryPeek(out _, out var place) ? Math.Min(due, place.DueAt) : due;
    }

    private void OnAlarm()
    {
        Aftermath after;
        lock (_gate)
        {
            after = End(Begin());
        }

        after.Run();
    }

    private int Store(Envelope envelope, byte[]? largeBody, long now)
    {
        var index = _messages.Add();
        ref var message = ref _messages[index];
        message.Uuid = envelope.Uuid;
        message.Id = envelope.Uuid == Guid.Empty ? envelope.Id : null;
        message.Type = envelope.Type;
        message.Source = envelope.Source;
        message.Time = envelope.Time;
        message.Key = envelope.Key;
        message.ContentType = envelope.ContentType;
        message.Headers = envelope.HasHeaders ? new MessageHeaders(envelope.Headers) : null;
        message.Body = largeBody is null ? _messages.Bodies.Add(envelope.Body.Span) : new StoredBody(largeBody, 0, largeBody.Length);
        message.Sequence = ++_sequence;
        message.AcceptedAt = now;
        _ages.AddLast(_messages, index);
        return index;
    }

    private InMemoryReceived Copy(int index)
    {
        ref var message = ref _messages[index];
        return new InMemoryReceived(this, index, in message, _messages.Bodies.Read(message.Body));
    }

    private ReceivedEnvelope[] Take(int maxMessages, long now)
    {
        var count = 0;
        while (count < maxMessages)
        {
            var index = _line.Take();
            if (index == 0)
            {
                break;
            }

            if (_deadLetterQueue is not null && _messages[index].DeliveryCount >= _options.MaxReceiveCount)
            {
                (_deadLetters ??= []).Add(Copy(index));
                Forget(index);
                _deadLetteredCount++;
            }
            else
            {
                Lease(index, now);
                count++;
            }
        }

        _line.EndTake();
        return count == 0 ? [] : DeliverLast(count);
    }

    /// <summary>Makes the deliveries of the messages that were leased last.</summary>
    private ReceivedEnvelope[] DeliverLast(int count)
    {
        var utcNow = _clock.Time.GetUtcNow();
        var deliveries = new ReceivedEnvelope[count];
        for (var index = _leased.Last; count > 0; index = _messages[index].Place.Previous)
        {
            ref var message = ref _messages[index];
            if (++message.DeliveryCount == 1)
            {
                message.FirstDelivered = utcNow;
            }

            deliveries[--count] = Copy(index);
        }

        return deliveries;
    }

    private void Lease(int index, long now)
    {
        ref var message = ref _messages[index];
        message.State = MessageState.Leased;
        message.DueAt = InMemoryClock.After(now, _options.VisibilityTimeout.Ticks);
        _leased.AddLast(_messages, index);
    }

    private void Settle(TransportBatch<SettledEnvelope> batch, int entry, InMemoryReceived receipt, Settlement settlement, long now)
    {
        if ((_brokerFaults.OnSettlement() ?? Faults.OnSettlement()) is { } failure)
        {
            batch.Fail(entry, failure);
            return;
        }

        if (settlement.IsAck && (_brokerFaults.DropsAck() || Faults.DropsAck()))
        {
            return;
        }

        receipt.IsSettled = true;
        _leased.Remove(_messages, receipt.Index);
        if (settlement.IsAck)
        {
            Forget(receipt.Index);
        }
        else
        {
            Wait(receipt.Index, now, Math.Min(settlement.RedeliverAfter.Ticks, MaxLease.Ticks));
        }
    }

    private bool IsLeased(InMemoryReceived receipt)
    {
        if (!_messages.Holds(receipt.Index, receipt.Sequence))
        {
            return false;
        }

        ref var message = ref _messages[receipt.Index];
        return message.State == MessageState.Leased && message.DeliveryCount == receipt.DeliveryCount;
    }

    private bool IsDelayed(int index, long sequence) =>
        _messages.Holds(index, sequence) && _messages[index].State == MessageState.Delayed;

    /// <summary>A message that is nowhere yet, or no longer where it was, waits for its next delivery.</summary>
    private void Wait(int index, long now, long delay)
    {
        ref var message = ref _messages[index];
        if (delay > 0)
        {
            message.State = MessageState.Delayed;
            _delayed.Enqueue(index, (InMemoryClock.After(now, delay), message.Sequence));
            _delayedCount++;
        }
        else
        {
            message.State = MessageState.Waiting;
            _line.Add(index);
        }
    }

    /// <summary>A message that was taken from where it was is gone.</summary>
    private void Forget(int index)
    {
        _line.Release(index);
        Remove(index);
    }

    /// <summary>A message is gone, wherever it is.</summary>
    private void Vanish(int index)
    {
        switch (_messages[index].State)
        {
            case MessageState.Waiting:
                _line.Remove(index);
                Remove(index);
                break;
            case MessageState.Leased:
                _leased.Remove(_messages, index);
                Forget(index);
                break;
            default:
                // Its entry in _delayed is dropped when its turn comes.
                _delayedCount--;
                Forget(index);
                break;
        }
    }

    private void Remove(int index)
    {
        _ages.Remove(_messages, index);
        _messages.Remove(index);
    }

    /// <summary>What a call does when it has let go of the lock.</summary>
    private readonly struct Aftermath(InMemoryQueue queue, WaitList endedWaits, List<Envelope>? deadLetters, InMemoryQueue? deadLetterQueue, long due)
    {
        public void Run()
        {
            if (due != long.MaxValue)
            {
                queue._alarm.RingAt(due);
            }

            if (deadLetters is not null)
            {
                deadLetterQueue!.Accept(new TransportBatch<Envelope>([.. deadLetters]), deduplicate: false);
            }

            var wait = endedWaits.First;
            while (wait is not null)
            {
                // Once it is woken it may be used again.
                var next = wait.Next;
                wait.Next = null;
                wait.Wake();
                wait = next;
            }
        }
    }
}
