using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>A queue of the in-memory broker: its figures, its failures, and a look at what waits in it.</summary>
/// <remarks>Safe for concurrent use. The figures are exact.</remarks>
public sealed partial class InMemoryQueue : ISendTarget, IReceiveLine
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
        var largeBodies = BodyStore.CopyLarge(batch);
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

    void IReceiveLine.Cancel(ReceiveWait wait, CancellationToken cancellationToken)
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

    private static TransportException LeaseIsOver(InMemoryReceived receipt) => new(
        FailureKind.NotFound,
        $"The lease of message '{receipt.Id}' from queue '{receipt.Queue.Name}' is over; the message is delivered again, or gone. Settle within the visibility timeout, or renew the lease.");

    private static TransportException NotFromHere(ReceivedEnvelope envelope) => new(
        FailureKind.Permanent, $"Message '{envelope.Id}' was not received from this queue.");
}
