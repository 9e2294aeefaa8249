using System.Buffers.Binary;

namespace Messaging.Kit.Publishing;

/// <summary>
/// Makes UUIDs of version 7 that grow strictly within a process: the twelve bits behind the milliseconds hold the fraction of
/// the millisecond (RFC 9562, section 6.2, method 3), and two ids are never made for the same fraction.
/// </summary>
internal static class MessageId
{
    private const int FractionBits = 12;
    private static long _last;

    public static Guid New(TimeProvider time)
    {
        var ticks = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks;
        var (milliseconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerMillisecond);
        var stamp = Claim((milliseconds << FractionBits) | ((rest << FractionBits) / TimeSpan.TicksPerMillisecond));

        Span<byte> bytes = stackalloc byte[16];
        var head = ((ulong)(stamp >> FractionBits) << 16) | 0x7000 | ((ulong)stamp & 0xFFF);
        var tail = 0x8000_0000_0000_0000 | ((ulong)Random.Shared.NextInt64() >> 1);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, head);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], tail);
        return new Guid(bytes, bigEndian: true);
    }

    private static long Claim(long now)
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }
}
