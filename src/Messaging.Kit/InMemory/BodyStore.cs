using System.Numerics;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>
/// Bytes of bodies. Small ones are in blocks of pooled arrays, for the reason that <see cref="MessageStore"/> gives; large ones,
/// whose copying would cost more, are in arrays of their own, which every delivery shares: nobody writes to them.
/// </summary>
internal sealed class BodyStore
{
    /// <summary>The largest body that goes into a block.</summary>
    public const int MostBlockBytes = 4096;

    private const int SmallestBlockBits = 6;

    // Blocks of 64, 128, ... 4,096 bytes.
    private readonly BlockPool?[] _pools = new BlockPool?[BitOperations.Log2(MostBlockBytes) - SmallestBlockBits + 1];

    /// <summary>Copies a body that is too large for a block: to be done before the lock is taken under which it is added.</summary>
    /// <returns>The copy, or <see langword="null"/> for a body that goes into a block.</returns>
    public static byte[]? CopyLarge(ReadOnlyMemory<byte> body) => body.Length > MostBlockBytes ? body.ToArray() : null;

    /// <summary>Copies those bodies of a batch that are too large for a block; <see langword="null"/> when none is.</summary>
    public static byte[]?[]? CopyLarge(TransportBatch<Envelope> batch)
    {
        byte[]?[]? copies = null;
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.FailureOf(i) is null && CopyLarge(batch[i].Body) is { } copy)
            {
                copies ??= new byte[batch.Count][];
                copies[i] = copy;
            }
        }

        return copies;
    }

    /// <summary>Copies a body into a block, unless it has an array of its own.</summary>
    /// <param name="body">The body.</param>
    /// <param name="large">Its copy from <see cref="CopyLarge(ReadOnlyMemory{byte})"/>.</param>
    /// <returns>Where it is.</returns>
    public StoredBody Add(ReadOnlySpan<byte> body, byte[]? large)
    {
        if (large is not null)
        {
            return new StoredBody(large, 0, large.Length);
        }

        if (body.IsEmpty)
        {
            return default;
        }

        var size = SizeOf(body.Length);
        var pool = _pools[size] ??= new BlockPool(SmallestBlockBits + size);
        var block = pool.Add();
        body.CopyTo(pool[block]);
        return new StoredBody(null, block, body.Length);
    }

    /// <summary>The bytes, in an array that stays as it is.</summary>
    public byte[] Read(StoredBody body)
    {
        if (body.Own is not null)
        {
            return body.Own;
        }

        if (body.Length == 0)
        {
            return [];
        }

        var bytes = GC.AllocateUninitializedArray<byte>(body.Length);
        _pools[SizeOf(body.Length)]![body.Block][..body.Length].CopyTo(bytes);
        return bytes;
    }

    public void Remove(StoredBody body)
    {
        if (body.Own is null && body.Length > 0)
        {
            _pools[SizeOf(body.Length)]!.Remove(body.Block);
        }
    }

    /// <summary>Gives memory back; there is no body any more.</summary>
    public void Trim()
    {
        foreach (var pool in _pools)
        {
            pool?.Trim();
        }
    }

    private static int SizeOf(int length) => Math.Max(0, BitOperations.Log2((uint)length - 1) + 1 - SmallestBlockBits);
}
