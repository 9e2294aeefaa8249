using System.Runtime.InteropServices;

namespace Messaging.Kit.InMemory;

/// <summary>Blocks of bytes of one size. A free block holds the number of the next free one.</summary>
internal sealed class BlockPool
{
    // Large enough for the large object heap, where the garbage collector does not move them.
    private const int ChunkBytesBits = 17;
    private const int MostSpareChunks = 4;

    private readonly int _blockBits;
    private readonly int _chunkBits;
    private byte[][] _chunks = new byte[4][];
    private int _chunkCount;
    private int _free = -1;
    private int _next;

    /// <summary>Makes a pool without blocks.</summary>
    /// <param name="blockBits">Two to the power of this is the bytes of a block; at least 2.</param>
    public BlockPool(int blockBits) => (_blockBits, _chunkBits) = (blockBits, ChunkBytesBits - blockBits);

    public Span<byte> this[int block] =>
        _chunks[block >> _chunkBits].AsSpan((block & ((1 << _chunkBits) - 1)) << _blockBits, 1 << _blockBits);

    public int Add()
    {
        var block = _free;
        if (block >= 0)
        {
            _free = MemoryMarshal.Read<int>(this[block]);
            return block;
        }

        block = _next++;
        if (block >> _chunkBits == _chunkCount)
        {
            Grow();
        }

        return block;
    }

    public void Remove(int block)
    {
        MemoryMarshal.Write(this[block], _free);
        _free = block;
    }

    /// <summary>Gives memory back; all blocks are free.</summary>
    public void Trim()
    {
        (_free, _next) = (-1, 0);
        if (_chunkCount > MostSpareChunks)
        {
            _chunkCount = MostSpareChunks;
            Array.Resize(ref _chunks, MostSpareChunks);
        }
    }

    private void Grow()
    {
        if (_chunkCount == _chunks.Length)
        {
            Array.Resize(ref _chunks, _chunkCount * 2);
        }

        _chunks[_chunkCount++] = GC.AllocateUninitializedArray<byte>(1 << ChunkBytesBits);
    }
}
