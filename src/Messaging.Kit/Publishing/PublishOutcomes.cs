using System.Collections;

namespace Messaging.Kit.Publishing;

/// <summary>What became of many messages, in their order. Kept in blocks, for one array of thousands would be a large object, which only a full collection frees.</summary>
/// <param name="expected">How many there will be; 0 when nobody knows.</param>
internal sealed class PublishOutcomes(int expected) : IReadOnlyList<PublishOutcome>
{
    // Of 32 bytes each; objects are large from 85,000 bytes on.
    private const int BlockLength = 2_048;

    private readonly List<List<PublishOutcome>> _blocks = [];

    public int Count { get; private set; }

    public PublishOutcome this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _blocks[index / BlockLength][index % BlockLength];
        }
    }

    public void Add(PublishOutcome outcome)
    {
        if (Count % BlockLength == 0)
        {
            _blocks.Add(new(Math.Clamp(expected - Count, 0, BlockLength)));
        }

        _blocks[^1].Add(outcome);
        Count++;
    }

    /// <summary>Notes that a message was not accepted.</summary>
    public void Fail(int index, Exception error)
    {
        var block = _blocks[index / BlockLength];
        block[index % BlockLength] = block[index % BlockLength] with { Error = error };
    }

    public IEnumerator<PublishOutcome> GetEnumerator() => _blocks.SelectMany(block => block).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
