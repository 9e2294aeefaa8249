namespace Messaging.Kit.InMemory;

/// <summary>
/// The line of a FIFO queue: groups that have a message and hold none take turns. A receive takes as much of one group as it
/// can and goes on to the next; a group it took from gets its next turn when all of that is settled.
/// </summary>
internal sealed class FifoLine : WaitingLine
{
    // Groups come and go with their messages; so many are kept for reuse.
    private const int MostSpareGroups = 1024;

    private readonly Dictionary<string, FifoGroup> _groups = new(StringComparer.Ordinal);
    private IntrusiveList<FifoGroup, FifoGroup.ByTurn> _turns;
    private IntrusiveList<FifoGroup, FifoGroup.ByTurn> _spare;

    public override void Add(InMemoryMessage message)
    {
        var group = message.Group;
        if (group is null)
        {
            message.Group = group = GetOrAdd(message.Key!);
        }
        else
        {
            group.Held--;
        }

        Insert(ref group.Messages, message);
        OfferTurn(group);
    }

    public override InMemoryMessage? Take()
    {
        var group = _turns.First;
        if (group is null)
        {
            return null;
        }

        var message = group.Messages.RemoveFirst()!;
        group.Held++;
        if (group.Messages.First is null)
        {
            EndTurn(group);
        }

        return message;
    }

    public override void EndTake()
    {
        // Take leaves the group it is at in its turn, to go on with it.
        if (_turns.First is { Held: > 0 } group)
        {
            EndTurn(group);
        }
    }

    public override void Release(InMemoryMessage message)
    {
        if (message.Group is { } group)
        {
            group.Held--;
            OfferTurn(group);
            RemoveIfEmpty(group);
        }
    }

    public override void Remove(InMemoryMessage message)
    {
        var group = message.Group!;
        group.Messages.Remove(message);
        if (group.HasTurn && group.Messages.First is null)
        {
            EndTurn(group);
        }

        RemoveIfEmpty(group);
    }

    private static void Insert(ref IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace> messages, InMemoryMessage message)
    {
        if (messages.Last is null || messages.Last.Sequence < message.Sequence)
        {
            messages.AddLast(message);
            return;
        }

        // It comes back, and only messages of the same receive can be before it.
        var next = messages.First!;
        while (next.Sequence < message.Sequence)
        {
            next = next.Place.Next!;
        }

        messages.AddBefore(next, message);
    }

    private void OfferTurn(FifoGroup group)
    {
        if (group is { Held: 0, HasTurn: false, Messages.First: not null })
        {
            group.HasTurn = true;
            _turns.AddLast(group);
        }
    }

    private void EndTurn(FifoGroup group)
    {
        group.HasTurn = false;
        _turns.Remove(group);
    }

    private FifoGroup GetOrAdd(string key)
    {
        if (!_groups.TryGetValue(key, out var group))
        {
            group = _spare.RemoveFirst() ?? new FifoGroup();
            group.Key = key;
            _groups.Add(key, group);
        }

        return group;
    }

    private void RemoveIfEmpty(FifoGroup group)
    {
        if (group is { Held: 0, Messages.First: null })
        {
            _groups.Remove(group.Key);
            group.Key = "";
            if (_spare.Count < MostSpareGroups)
            {
                _spare.AddLast(group);
            }
        }
    }
}
