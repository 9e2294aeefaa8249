using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>
/// The messages of a partition, one after the other, each at its offset: added at the end, removed at the beginning. They are structs in
/// large arrays and not objects, for the reason that <see cref="MessageStore"/> gives.
/// </summary>
internal sealed class StreamLog
{
    private const int ChunkBits = 9;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly BodyStore _bodies = new();

    // A ring, by the number of the chunk.
    private StoredContent[]?[] _chunks = new StoredContent[]?[8];
    private StoredContent[]? _spare;

    /// <summary>The offset of the first message.</summary>
    public long Start { get; private set; }

    /// <summary>The offset that the next message gets.</summary>
    public long End { get; private set; }

    public long Count => End - Start;

    /// <summary>Bytes of all bodies.</summary>
    public long Bytes { get; private set; }

    /// <param name="offset">From <see cref="Start"/> to <see cref="End"/> - 1.</param>
    public ref readonly StoredContent this[long offset] => ref At(offset);

    public void Add(Envelope envelope, byte[]? largeBody)
    {
        if ((End & (ChunkSize - 1)) == 0)
        {
            AddChunk();
        }

        At(End).Set(envelope, _bodies.Add(envelope.Body.Span, largeBody));
        End++;
        Bytes += envelope.Body.Length;
    }

    public byte[] ReadBody(in StoredContent content) => _bodies.Read(content.Body);

    public void RemoveFirst()
    {
        ref var first = ref At(Start);
        Bytes -= first.Body.Length;
        _bodies.Remove(first.Body);
        first = default;
        Start++;
        if ((Start & (ChunkSize - 1)) == 0)
        {
            ref var chunk = ref ChunkOf(Start - 1);
            (_spare, chunk) = (chunk, null);
        }
    }

    /// <summary>The offset of the first message that is not older; the end when all are.</summary>
    public long Find(DateTimeOffset time)
    {
        var offset = Start;
        while (offset < End && At(offset).Time < time)
        {
            offset++;
        }

        return offset;
    }

    private ref StoredContent At(long offset) => ref ChunkOf(offset)![offset & (ChunkSize - 1)];

    private ref StoredContent[]? ChunkOf(long offset) => ref _chunks[(offset >> ChunkBits) & (_chunks.Length - 1)];

    private void AddChunk()
    {
        if (ChunkOf(End) is not null)
        {
            Grow();
        }

        ChunkOf(End) = _spare ?? new StoredContent[ChunkSize];
        _spare = null;
    }

    private void Grow()
    {
        var (old, first, last) = (_chunks, Start >> ChunkBits, (End - 1) >> ChunkBits);
        _chunks = new StoredContent[]?[old.Length * 2];
        for (var number = first; number <= last; number++)
        {
            _chunks[number & (_chunks.Length - 1)] = old[number & (old.Length - 1)];
        }
    }
}
