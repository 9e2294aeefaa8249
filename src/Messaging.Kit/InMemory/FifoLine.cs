namespace Messaging.Kit.InMemory;

/// <summary>
/// The line of a FIFO queue: groups that have a message and hold none take turns. A receive takes as much of one group as it
/// can and goes on to the next; a group it took from gets its next turn when all of that is settled.
/// </summary>
internal sealed class FifoLine(MessageStore messages) : WaitingLine(messages)
{
    // Groups come and go with their messages; so many are kept for reuse.
    private const int MostSpareGroups = 1024;

    private readonly Dictionary<string, FifoGroup> _groups = new(StringComparer.Ordinal);
    private readonly Queue<FifoGroup> _turns = new();
    private readonly Stack<FifoGroup> _spare = new();

    public override void Add(int index)
    {
        ref var message = ref Messages[index];
        if (message.Group is null)
        {
            message.Group = GetOrAdd(message.Content.Key!);
        }
        else
        {
            message.Group.Held--;
        }

        Insert(message.Group, index, message.Sequence);
        OfferTurn(message.Group);
    }

    public override int Take()
    {
        while (_turns.TryPeek(out var group))
        {
            var index = group.Waiting.RemoveFirst(Messages);
            if (index != 0)
            {
                group.Held++;
                return index;
            }

            EndTurn(group);
        }

        return 0;
    }

    public override void EndTake()
    {
        // Take leaves the group it is at in its turn, to go on with it.
        if (_turns.TryPeek(out var group) && group.Held > 0)
        {
            EndTurn(group);
        }
    }

    public override void Release(int index)
    {
        if (Messages[index].Group is { } group)
        {
            group.Held--;
            OfferTurn(group);
            RemoveIfUnused(group);
        }
    }

    public override void Remove(int index)
    {
        var group = Messages[index].Group!;
        group.Waiting.Remove(Messages, index);
        RemoveIfUnused(group);
    }

    private void Insert(FifoGroup group, int index, long sequence)
    {
        if (group.Waiting.Last == 0 || Messages[group.Waiting.Last].Sequence < sequence)
        {
            group.Waiting.AddLast(Messages, index);
            return;
        }

        // It comes back, and only messages of the same receive can be before it.
        var next = group.Waiting.First;
        while (Messages[next].Sequence < sequence)
        {
            next = Messages[next].Place.Next;
        }

        group.Waiting.AddBefore(Messages, next, index);
    }

    private void OfferTurn(FifoGroup group)
    {
        if (group is { Held: 0, HasTurn: false, Waiting.Count: > 0 })
        {
            group.HasTurn = true;
            _turns.Enqueue(group);
        }
    }

    private void EndTurn(FifoGroup group)
    {
        _turns.Dequeue();
        group.HasTurn = false;
        RemoveIfUnused(group);
    }

    private FifoGroup GetOrAdd(string key)
    {
        if (!_groups.TryGetValue(key, out var group))
        {
            group = _spare.Count > 0 ? _spare.Pop() : new FifoGroup();
            group.Key = key;
            _groups.Add(key, group);
        }

        return group;
    }

    private void RemoveIfUnused(FifoGroup group)
    {
        if (group is { Held: 0, HasTurn: false, Waiting.Count: 0 })
        {
            _groups.Remove(group.Key);
            group.Key = "";
            if (_spare.Count < MostSpareGroups)
            {
                _spare.Push(group);
            }
        }
    }
}
