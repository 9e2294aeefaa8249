using System.Buffers;

namespace Messaging.Kit.Serialization;

/// <summary>Bytes in a pooled array that grows as they are written. Disposing it gives the array back.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstSize = 512;

    [ThreadStatic]
    private static PooledBuffer? _spare;

    private byte[] _array = [];
    private int _length;

    private PooledBuffer()
    {
    }

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, _length);

    public int Length => _length;

    public static PooledBuffer Rent(int size = FirstSize)
    {
        var buffer = _spare ?? new PooledBuffer();
        _spare = null;
        buffer._array = ArrayPool<byte>.Shared.Rent(size);
        return buffer;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsSpan(_length);
    }

    public void Clear() => _length = 0;

    public void Dispose()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
            (_array, _length) = ([], 0);
            _spare = this;
        }
    }

    private void Grow(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed <= _array.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _array.Length * 2));
        _array.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
