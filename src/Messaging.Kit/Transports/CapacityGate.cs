namespace Messaging.Kit.Transports;

/// <summary>
/// Bounds what is held at once, in slots and in bytes, and lets those who wait in by the order in which they came. How many bytes
/// a slot holds is known only after it was taken; until then it counts as much as slots have held lately, so the last one in
/// may go over by its own size, but never all who wait at once.
/// </summary>
internal sealed class CapacityGate(int maxSlots, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private int _unmeasured;
    private double _typicalBytes;
    private bool _isClosed;

    public int Slots { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Takes between <paramref name="min"/> and <paramref name="max"/> slots, as soon as the smaller number is free.</summary>
    public ValueTask<int> EnterAsync(int min, int max, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        Waiter waiter;
        lock (_lock)
        {
            if (_waiters.Count == 0 && TryTake(min, max, out var taken))
            {
                return new(taken);
            }

            waiter = new Waiter(min, max);
            waiter.Node = _waiters.AddLast(waiter);
        }

        return new(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Whether there is room at the moment, as far as can be told without asking those who come and go at the same time.</summary>
    public bool HasRoom => Slots < maxSlots && Bytes < maxBytes && _waiters.Count == 0;

    /// <summary>Takes a slot for something of known size, if one is free and nobody waits.</summary>
    public bool TryEnter(long bytes)
    {
        lock (_lock)
        {
            if (_waiters.Count > 0 || !TryTake(1, 1, out _))
            {
                return false;
            }

            _unmeasured--;
            Bytes += bytes;
            return true;
        }
    }

    /// <summary>Says what slots hold that have been taken.</summary>
    public void Measure(int slots, long bytes)
    {
        if (slots == 0)
        {
            return;
        }

        lock (_lock)
        {
            var each = (double)bytes / slots;
            _typicalBytes = _typicalBytes == 0 ? each : _typicalBytes + ((each - _typicalBytes) / 8);
            _unmeasured -= slots;
            Bytes += bytes;
            LetIn();
        }
    }

    /// <summary>Gives slots back that have been measured.</summary>
    public void Exit(int slots, long bytes)
    {
        lock (_lock)
        {
            Slots -= slots;
            Bytes -= bytes;
            LetIn();
        }
    }

    /// <summary>Gives slots back that have not been used.</summary>
    public void GiveBack(int slots)
    {
        lock (_lock)
        {
            _unmeasured -= slots;
            Slots -= slots;
            LetIn();
        }
    }

    /// <summary>Lets nobody in until <see cref="Open"/>.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    public void Open()
    {
        lock (_lock)
        {
            _isClosed = false;
            LetIn();
        }
    }

    private async Task<int> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (gate, waiter) = ((CapacityGate, Waiter))state!;
                gate.TakeBack(waiter, token);
            },
            (this, waiter));
        return await waiter.Task.ConfigureAwait(false);
    }

    private void TakeBack(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Node.List is null)
            {
                return;
            }

            _waiters.Remove(waiter.Node);
            LetIn(); // the one behind may need less than this one did
        }

        waiter.SetCanceled(cancellationToken);
    }

    private void LetIn()
    {
        while (_waiters.First is { } first && TryTake(first.Value.Min, first.Value.Max, out var taken))
        {
            _waiters.RemoveFirst();
            first.Value.SetResult(taken);
        }
    }

    private bool TryTake(int min, int max, out int taken)
    {
        taken = Math.Min(max, maxSlots - Slots);
        if (_isClosed || taken < min || Bytes + (_unmeasured * _typicalBytes) >= maxBytes)
        {
            return false;
        }

        Slots += taken;
        _unmeasured += taken;
        return true;
    }

    private sealed class Waiter(int min, int max) : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Min { get; } = min;

        public int Max { get; } = max;

        public LinkedListNode<Waiter> Node { get; set; } = null!;
    }
}
