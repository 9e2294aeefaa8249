using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>The hash by which keys find their partitions elsewhere, so that a key is in the same partition here.</summary>
internal static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint Factor = 0x5bd1e995;
    private const int MostStackBytes = 256;

    /// <summary>The partition of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="partitions">How many partitions there are.</param>
    public static int PartitionOf(string key, int partitions)
    {
        var most = Encoding.UTF8.GetMaxByteCount(key.Length);
        var rented = most <= MostStackBytes ? null : ArrayPool<byte>.Shared.Rent(most);
        var bytes = rented ?? stackalloc byte[MostStackBytes];
        var hash = Hash(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return (int)((hash & 0x7fffffff) % (uint)partitions);
    }

    public static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var four = BinaryPrimitives.ReadUInt32LittleEndian(data) * Factor;
            four ^= four >> 24;
            hash = (hash * Factor) ^ (four * Factor);
        }

        if (data.Length > 0)
        {
            for (var i = data.Length - 1; i >= 0; i--)
            {
                hash ^= (uint)data[i] << (8 * i);
            }

            hash *= Factor;
        }

        hash = (hash ^ (hash >> 13)) * Factor;
        return hash ^ (hash >> 15);
    }
}
