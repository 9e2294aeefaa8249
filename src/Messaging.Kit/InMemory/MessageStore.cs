namespace Messaging.Kit.InMemory;

/// <summary>
/// The messages of a queue, each at an index that is its own until it is removed. They are structs in large arrays and not
/// objects: a million objects that wait would be copied from one garbage collector's generation to the next, which costs more than all
/// else that the broker does.
/// </summary>
internal sealed class MessageStore
{
    // 512 messages are just large enough for the large object heap, where they are not moved.
    private const int ChunkBits = 9;
    private const int ChunkSize = 1 << ChunkBits;

    // An empty store keeps this much, so that a queue that runs empty again and again does not allocate again and again.
    private const int MostSpareChunks = 8;

    private StoredMessage[][] _chunks = new StoredMessage[8][];
    private int _chunkCount;
    private int _free;
    private int _next = 1;

    public int Count { get; private set; }

    public BodyStore Bodies { get; } = new();

    /// <param name="index">An index that <see cref="Add"/> returned and that has not been removed.</param>
    public ref StoredMessage this[int index] => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>Whether there is a message of this number at this index.</summary>
    public bool Holds(int index, long sequence) => index < _next && this[index].Sequence == sequence;

    /// <summary>Makes room for a message.</summary>
    /// <returns>Its index; more than 0.</returns>
    public int Add()
    {
        Count++;
        var index = _free;
        if (index != 0)
        {
            _free = this[index].Place.Next;
            return index;
        }

        index = _next++;
        if (index >> ChunkBits == _chunkCount)
        {
            Grow();
        }

        return index;
    }

    public void Remove(int index)
    {
        ref var message = ref this[index];
        Bodies.Remove(message.Content.Body);
        message = default;
        message.Place.Next = _free;
        _free = index;
        if (--Count == 0)
        {
            Trim();
        }
    }

    private void Grow()
    {
        if (_chunkCount == _chunks.Length)
        {
            Array.Resize(ref _chunks, _chunkCount * 2);
        }

        _chunks[_chunkCount++] = new StoredMessage[ChunkSize];
    }

    private void Trim()
    {
        // All places are free: they are used from the beginning again, the next to each other.
        (_free, _next) = (0, 1);
        if (_chunkCount > MostSpareChunks)
        {
            _chunkCount = MostSpareChunks;
            Array.Resize(ref _chunks, MostSpareChunks);
        }

        Bodies.Trim();
    }
}
