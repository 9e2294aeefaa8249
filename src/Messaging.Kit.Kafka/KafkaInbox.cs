namespace Messaging.Kit.Kafka;

/// <summary>What has been read and not been asked for yet, between the thread that polls and those who receive. Bounded by the thread, which looks before it polls.</summary>
internal sealed class KafkaInbox(TimeProvider time)
{
    // More than one full receive, so that a receive need not wait for the next poll.
    private const int MostMessages = 2_000;
    private const long MostBytes = 8 * 1024 * 1024;

    // A monitor, for the thread that polls waits on it.
    private readonly object _lock = new();
    private readonly Queue<KafkaReceivedEnvelope> _messages = [];
    private readonly List<TaskCompletionSource> _waiting = [];
    private Exception? _fault;
    private Exception? _standingFault;
    private long _bytes;
    private bool _isFull;
    private bool _isClosed;

    /// <summary>Decides, where it is set, whether a message may be handed out now; one that may is.</summary>
    public Func<KafkaReceivedEnvelope, bool>? Gate { get; set; }

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
    public void Add(List<KafkaReceivedEnvelope> messages)
    {
        lock (_lock)
        {
            foreach (var message in messages)
            {
                _messages.Enqueue(message);
                _bytes += message.Body.Length;
            }

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
    public void Block(Exception? fault)
    {
        lock (_lock)
        {
            _standingFault = fault;
            if (fault is not null)
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
    public void Drop(Func<KafkaReceivedEnvelope, bool> which)
    {
        lock (_lock)
        {
            for (var count = _messages.Count; count > 0; count--)
            {
                var message = _messages.Dequeue();
                if (which(message))
                {
                    _bytes -= message.Body.Length;
                }
                else
                {
                    _messages.Enqueue(message);
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
    public async ValueTask<IReadOnlyList<KafkaReceivedEnvelope>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellationToken)
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

                if (_standingFault is not null)
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
                Leave(waiting);
                if (exception is TimeoutException)
                {
                    return [];
                }

                throw;
            }
        }
    }

    // Whoever has been woken just now and does not take what there is passes it on.
    private void Leave(TaskCompletionSource waiting)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(waiting) && _messages.Count > 0)
            {
                WakeOne();
            }
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

    private List<KafkaReceivedEnvelope> Take(int most)
    {
        var taken = new List<KafkaReceivedEnvelope>(Math.Min(most, _messages.Count));
        while (taken.Count < most && _messages.TryPeek(out var message))
        {
            var isOurs = message.Partition.TryHandOut();
            if (isOurs && Gate?.Invoke(message) == false)
            {
                message.Partition.TakeBack();
                break;
            }

            _messages.Dequeue();
            _bytes -= message.Body.Length;
            if (isOurs)
            {
                taken.Add(message);
            }
        }

        SetRoom();
        return taken;
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
