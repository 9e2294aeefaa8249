namespace Messaging.Kit.Consuming;

/// <summary>
/// Which of the messages held may be handled now. With order, the messages of a key form a lane: one is handled at a time, the
/// others wait behind it, and other keys run on.
/// </summary>
/// <remarks>Not safe for concurrent use; the scheduler locks.</remarks>
internal sealed class DeliveryLanes(bool isOrdered)
{
    private readonly Queue<Delivery> _ready = [];
    private readonly Dictionary<string, Delivery> _lastOfLane = new(StringComparer.Ordinal);

    public int ReadyCount => _ready.Count;

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

    /// <summary>The message goes back: those behind it go back with it.</summary>
    /// <returns>Those behind it, in their order.</returns>
    public List<Delivery> TakeTail(Delivery delivery)
    {
        var tail = new List<Delivery>();
        for (var next = delivery.NextInLane; next is not null; next = next.NextInLane)
        {
            tail.Add(next);
        }

        Close(delivery);
        Unlink(delivery, tail);
        return tail;
    }

    /// <summary>Takes all that has not been started.</summary>
    /// <returns>The messages, those of a key in their order.</returns>
    public List<Delivery> TakeAll(IEnumerable<Delivery> started)
    {
        var taken = new List<Delivery>();
        foreach (var delivery in started)
        {
            // The lane of a message that is being handled ends with it.
            var tail = TakeTail(delivery);
            taken.AddRange(tail);
            if (KeyOf(delivery) is { } key)
            {
                _lastOfLane.Add(key, delivery);
            }
        }

        while (_ready.TryDequeue(out var head))
        {
            taken.Add(head);
            taken.AddRange(TakeTail(head));
        }

        return taken;
    }

    private void Close(Delivery delivery)
    {
        if (KeyOf(delivery) is { } key)
        {
            _lastOfLane.Remove(key);
        }
    }

    private string? KeyOf(Delivery delivery) => isOrdered ? delivery.Envelope.Key : null;

    private static void Unlink(Delivery head, List<Delivery> tail)
    {
        head.NextInLane = null;
        foreach (var delivery in tail)
        {
            delivery.NextInLane = null;
        }
    }
}
