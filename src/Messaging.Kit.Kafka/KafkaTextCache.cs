using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Confluent.Kafka;

namespace Messaging.Kit.Kafka;

/// <summary>Texts that come again and again, decoded once: keys, types, sources. A text has one place, and the last one has it.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class KafkaTextCache : IDeserializer<KafkaKey>
{
    private const int PlaceBits = 12;
    private const int LongestText = 64;

    private readonly string?[] _texts = new string?[1 << PlaceBits];

    public string? Get(byte[]? utf8) => utf8 is null ? null : Get(utf8.AsSpan());

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestText)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        ref var place = ref _texts[PlaceOf(utf8)];
        var known = Volatile.Read(ref place);
        if (known is not null && Ascii.Equals(utf8, known))
        {
            return known;
        }

        return place = Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Decodes a key. A key that is no text is none of the kit's business, and no reason to fail.</summary>
    public KafkaKey Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        isNull || data.IsEmpty ? default
        : Utf8.IsValid(data) ? new(Get(data), null)
        : new("0x" + Convert.ToHexStringLower(data), data.ToArray());

    // What differs is nearly always at the beginning, in the middle or at the end; where it is not, a text is decoded each time.
    private static uint PlaceOf(ReadOnlySpan<byte> utf8)
    {
        const int Word = sizeof(ulong);
        var hash = (ulong)utf8.Length;
        if (utf8.Length >= Word)
        {
            hash = (hash * 31) + BinaryPrimitives.ReadUInt64LittleEndian(utf8);
            hash = (hash * 0x9E37_79B9_7F4A_7C15) + BinaryPrimitives.ReadUInt64LittleEndian(utf8[((utf8.Length - Word) / 2)..]);
            hash = (hash * 0x9E37_79B9_7F4A_7C15) + BinaryPrimitives.ReadUInt64LittleEndian(utf8[^Word..]);
        }
        else
        {
            foreach (var value in utf8)
            {
                hash = (hash << Word) | value;
            }
        }

        return (uint)((hash * 0x9E37_79B9_7F4A_7C15) >> (64 - PlaceBits));
    }
}
