namespace Messaging.Kit.Kafka;

/// <summary>What has been read and not been asked for yet, between the thread that polls and those who receive. Bounded by the thread, which looks before it polls.</summary>
internal sealed class KafkaInbox(TimeProvider time)
{
    /// <summary>Most bytes that are read, or handed out, at a time; a message that has more comes alone.</summary>
    public const int BytesAtOnce = 64 * 1024;

    // Two full receives and what is being read, so that a receive need not wait for the next poll. More would only grow old here: the garbage
    // collector copies it, and the processor has to fetch it again. The client has more, in memory of its own.
    private const int MostMessages = 1_000;
    private const long MostBytes = 3 * BytesAtOnce;

    // A monitor, for the thread that polls waits on it.
    private readonly object _lock = new();
    private readonly Queue<KafkaRecord> _messages = [];
    private readonly List<TaskCompletionSource> _waiting = [];
    private Exception? _fault;
    private Exception? _standingFault;
    private bool _mayPass;
    private long _bytes;
    private bool _isFull;
    private bool _isClosed;

    /// <summary>Texts that messages have in common.</summary>
    public KafkaTextCache Texts { get; } = new();

    /// <summary>Names, where it is set, the transaction in which a message is handed out; <see langword="null"/> when none may be now.</summary>
    public Func<KafkaTransaction?>? Gate { get; set; }

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _messages.Count == 0;
            }
        }
    }

    /// <summary>Tells those who receive that the gate may have opened.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (_messages.Count > 0)
            {
                WakeOne();
            }
        }
    }

    /// <summary>Adds what has been read.</summary>
    public void Add(List<KafkaRecord> messages)
    {
        lock (_lock)
        {
            messages.ForEach(Enqueue);

            _isFull = _messages.Count >= MostMessages || _bytes >= MostBytes;
            WakeOne();
        }
    }

    /// <summary>Tells a failure to the next who receives.</summary>
    public void Fail(Exception fault)
    {
        lock (_lock)
        {
            _fault = fault;
            WakeOne();
        }
    }

    /// <summary>Tells a failure to all who receive and find nothing, until it is taken back with <see langword="null"/>.</summary>
    /// <param name="fault">The failure.</param>
    /// <param name="mayPass">Whether they wait as long as they would have waited for a message, and are told only if it stands then.</param>
    public void Block(Exception? fault, bool mayPass = false)
    {
        lock (_lock)
        {
            (_standingFault, _mayPass) = (fault, mayPass);
            if (fault is not null && !mayPass)
            {
                WakeAll();
            }
        }
    }

    /// <summary>Ends all receives, now and later.</summary>
    public void Close()
    {
        lock (_lock)
        {
            (_isClosed, _isFull) = (true, false);
            _fault = new ObjectDisposedException(typeof(KafkaReceiver).FullName);
            Monitor.PulseAll(_lock);
            WakeAll();
        }
    }

    /// <summary>Drops what is of partitions that are being given up.</summary>
    public void Drop(Func<KafkaPartition, bool> which)
    {
        lock (_lock)
        {
            for (var count = _messages.Count; count > 0; count--)
            {
                var message = Dequeue();
                if (!which(message.Partition))
                {
                    Enqueue(message);
                }
            }

            SetRoom();
        }
    }

    /// <summary>Waits until there is room for more.</summary>
    /// <returns>Whether there is.</returns>
    public bool WaitForRoom(TimeSpan atMost)
    {
        lock (_lock)
        {
            if (_isFull)
            {
                Monitor.Wait(_lock, atMost);
            }

            return !_isFull;
        }
    }

    /// <summary>Waits for messages and takes them.</summary>
    public async ValueTask<List<KafkaRecord>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TaskCompletionSource waiting;
            lock (_lock)
            {
                if (_fault is { } fault)
                {
                    _fault = _isClosed ? fault : null;
                    throw fault;
                }

                if (Take(most) is { Count: > 0 } taken)
                {
                    if (_messages.Count > 0)
                    {
                        WakeOne();
                    }

                    return taken;
                }

                if (_standingFault is not null && !_mayPass)
                {
                    throw _standingFault;
                }

                waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(waiting);
            }

            try
            {
                await waiting.Task.WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                var standing = Leave(waiting);
                if (exception is TimeoutException)
                {
                    return standing is null ? [] : throw standing;
                }

                throw;
            }
        }
    }

    // Whoever has been woken just now and does not take what there is passes it on.
    private Exception? Leave(TaskCompletionSource waiting)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(waiting) && _messages.Count > 0)
            {
                WakeOne();
            }

            return _standingFault;
        }
    }

    // One, that who has waited longest: a message does not wake all of them.
    private void WakeOne()
    {
        if (_waiting.Count > 0)
        {
            var first = _waiting[0];
            _waiting.RemoveAt(0);
            first.SetResult();
        }
    }

    private void WakeAll()
    {
        while (_waiting.Count > 0)
        {
            WakeOne();
        }
    }

    private List<KafkaRecord> Take(int most)
    {
        var taken = new List<KafkaRecord>(Math.Min(most, _messages.Count));
        var bytesLeft = _bytes - BytesAtOnce;
        while (IsToTakeMore(out var message))
        {
            if (Gate is null)
            {
                TakeRun(message.Partition);
            }
            else if (!TryTake(message, Gate, taken))
            {
                break;
            }
        }

        SetRoom();
        return taken;

        // Those of a partition come one behind the other, and the partition is asked once for all of them.
        void TakeRun(KafkaPartition partition)
        {
            var first = taken.Count;
            while (IsToTakeMore(out var message) && message.Partition == partition)
            {
                taken.Add(Dequeue());
            }

            if (!partition.TryHandOut(taken.Count - first))
            {
                taken.RemoveRange(first, taken.Count - first);
            }
        }

        bool IsToTakeMore(out KafkaRecord next)
        {
            next = default!;
            return taken.Count < most && (_bytes > bytesLeft || taken.Count == 0) && _messages.TryPeek(out next!);
        }
    }

    private bool TryTake(KafkaRecord message, Func<KafkaTransaction?> gate, List<KafkaRecord> taken)
    {
        if (!message.Partition.TryHandOut(1))
        {
            Dequeue();
            return true;
        }

        if (gate() is not { } transaction)
        {
            message.Partition.TakeBack();
            return false;
        }

        taken.Add(Dequeue() with { Transaction = transaction });
        return true;
    }

    private void Enqueue(KafkaRecord message)
    {
        _messages.Enqueue(message);
        _bytes += message.Bytes;
    }

    private KafkaRecord Dequeue()
    {
        var message = _messages.Dequeue();
        _bytes -= message.Bytes;
        return message;
    }

    // Half of it, so that the client is not stopped and started for each message.
    private void SetRoom()
    {
        if (_isFull && _messages.Count <= MostMessages / 2 && _bytes <= MostBytes / 2)
        {
            _isFull = false;
            Monitor.PulseAll(_lock);
        }
    }
}
