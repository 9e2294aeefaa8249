namespace Messaging.Kit.Consuming;

/// <summary>
/// Which of the messages held may be handled now. With order, the messages of a key form a lane: one is handled at a time, the
/// others wait behind it, and other keys run on. One that failed and stays waits for its next delivery at the head of its lane.
/// </summary>
/// <remarks>Not safe for concurrent use; the scheduler locks.</remarks>
internal sealed class DeliveryLanes(bool isOrdered)
{
    private readonly Queue<Delivery> _ready = [];
    private readonly PriorityQueue<Delivery, long> _postponed = new();
    private readonly Dictionary<string, Delivery> _lastOfLane = new(StringComparer.Ordinal);

    /// <summary>Whether messages of a key wait for each other.</summary>
    public bool IsOrdered => isOrdered;

    public int ReadyCount => _ready.Count;

    /// <summary>When the first of those that wait for their next delivery is due, by the clock's timestamps, if there is one.</summary>
    public long? NextDue => _postponed.TryPeek(out _, out var due) ? due : null;

    public void Add(Delivery delivery)
    {
        if (KeyOf(delivery) is not { } key)
        {
            _ready.Enqueue(delivery);
        }
        else if (_lastOfLane.TryGetValue(key, out var last))
        {
            last.NextInLane = delivery;
            _lastOfLane[key] = delivery;
        }
        else
        {
            _lastOfLane.Add(key, delivery);
            _ready.Enqueue(delivery);
        }
    }

    public bool TryTake(out Delivery delivery) => _ready.TryDequeue(out delivery!);

    /// <summary>The message is done: the next of its lane may go.</summary>
    public void Complete(Delivery delivery)
    {
        if (delivery.NextInLane is { } next)
        {
            delivery.NextInLane = null;
            _ready.Enqueue(next);
        }
        else
        {
            Close(delivery);
        }
    }

    /// <summary>The message is delivered again, in its place, when its time has come.</summary>
    /// <param name="failed">The delivery that has ended.</param>
    /// <param name="again">The next one.</param>
    /// <param name="dueAt">When it is due, by the clock's timestamps.</param>
    public void Postpone(Delivery failed, Delivery again, long dueAt)
    {
        (again.NextInLane, failed.NextInLane) = (failed.NextInLane, null);
        if (KeyOf(failed) is { } key && _lastOfLane[key] == failed)
        {
            _lastOfLane[key] = again;
        }

        _postponed.Enqueue(again, dueAt);
    }

    /// <summary>Makes those ready whose time has come.</summary>
    public void WakeDue(long now)
    {
        while (_postponed.TryPeek(out var delivery, out var due) && due <= now)
        {
            _postponed.Dequeue();
            _ready.Enqueue(delivery);
        }
    }

    /// <summary>The message goes back: those behind it go back with it.</summary>
    /// <returns>Those behind it, in their order.</returns>
    public List<Delivery> TakeTail(Delivery delivery)
    {
        var tail = new List<Delivery>();
        TakeBehind(delivery, static _ => true, tail);
        Close(delivery);
        return tail;
    }

    /// <summary>Takes what has not been started.</summary>
    /// <param name="started">What is being handled.</param>
    /// <param name="which">Which of the others.</param>
    /// <returns>The messages, those of a key in their order.</returns>
    public List<Delivery> Take(IEnumerable<Delivery> started, Func<Delivery, bool> which)
    {
        var taken = new List<Delivery>();
        foreach (var delivery in started)
        {
            TakeBehind(delivery, which, taken);
        }

        for (var count = _ready.Count; count > 0; count--)
        {
            if (TakeFrom(_ready.Dequeue(), which, taken) is { } head)
            {
                _ready.Enqueue(head);
            }
        }

        var postponed = _postponed.UnorderedItems.ToList();
        _postponed.Clear();
        foreach (var (delivery, due) in postponed)
        {
            if (TakeFrom(delivery, which, taken) is { } head)
            {
                _postponed.Enqueue(head, head == delivery ? due : long.MinValue);
            }
        }

        return taken;
    }

    /// <returns>The first that stays.</returns>
    private Delivery? TakeFrom(Delivery head, Func<Delivery, bool> which, List<Delivery> taken)
    {
        while (which(head))
        {
            taken.Add(head);
            if (head.NextInLane is not { } next)
            {
                Close(head);
                return null;
            }

            head.NextInLane = null;
            head = next;
        }

        TakeBehind(head, which, taken);
        return head;
    }

    private void TakeBehind(Delivery head, Func<Delivery, bool> which, List<Delivery> taken)
    {
        var (last, next) = (head, head.NextInLane);
        head.NextInLane = null;
        while (next is not null)
        {
            var delivery = next;
            next = delivery.NextInLane;
            delivery.NextInLane = null;
            if (which(delivery))
            {
                taken.Add(delivery);
            }
            else
            {
                last = last.NextInLane = delivery;
            }
        }

        if (KeyOf(head) is { } key)
        {
            _lastOfLane[key] = last;
        }
    }

    private void Close(Delivery delivery)
    {
        if (KeyOf(delivery) is { } key)
        {
            _lastOfLane.Remove(key);
        }
    }

    private string? KeyOf(Delivery delivery) => isOrdered ? delivery.Envelope.Lane : null;
}
