namespace Messaging.Kit.Transports;

/// <summary>
/// How far all messages of a partition are done with, while they are done with in any order: that may be committed, and nothing more.
/// For receivers that commit an offset instead of acknowledging each message.
/// </summary>
/// <remarks>Not safe for concurrent use: the partition that has it has a lock.</remarks>
public sealed class CommitWatermark
{
    // What is not covered, in the order of the log: a ring of offsets, those that are done marked.
    private (long Offset, bool IsDone)[] _ring = new (long, bool)[64];
    private long _first;

    /// <summary>How many messages have been added and are not covered.</summary>
    public int Count { get; private set; }

    /// <summary>The offset to commit, from which on not all is done; -1 while nothing is.</summary>
    public long Offset { get; private set; } = -1;

    /// <summary>Adds a message.</summary>
    /// <param name="offset">Its offset; greater than those before, with gaps where the log has them.</param>
    /// <returns>Its position, for <see cref="Complete"/>.</returns>
    public long Add(long offset)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        var position = _first + Count++;
        _ring[position & (_ring.Length - 1)] = (offset, false);
        return position;
    }

    /// <summary>Notes that a message is done with. Once for each.</summary>
    /// <param name="position">What <see cref="Add"/> returned.</param>
    /// <returns>Whether <see cref="Offset"/> has moved.</returns>
    public bool Complete(long position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, _first);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, _first + Count);
        var mask = _ring.Length - 1;
        _ring[position & mask].IsDone = true;
        if (position != _first)
        {
            return false;
        }

        while (Count > 0 && _ring[_first & mask] is (var offset, true))
        {
            Offset = offset + 1;
            _first++;
            Count--;
        }

        return true;
    }

    private void Grow()
    {
        var ring = new (long, bool)[_ring.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            var position = _first + i;
            ring[position & (ring.Length - 1)] = _ring[position & (_ring.Length - 1)];
        }

        _ring = ring;
    }
}
