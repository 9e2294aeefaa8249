using System.Text;
using System.Text.Unicode;
using Confluent.Kafka;

namespace Messaging.Kit.Kafka;

/// <summary>
/// Texts that come again and again, decoded once: keys, types, sources. A text has one place, and the last one has it. For one
/// thread, that which polls.
/// </summary>
internal sealed class KafkaTextCache : IDeserializer<KafkaKey>
{
    private const int Places = 4096;
    private const int LongestText = 64;

    private readonly string?[] _texts = new string?[Places];

    public string? Get(byte[]? utf8) => utf8 is null ? null : Get(utf8.AsSpan());

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestText)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var place = ref _texts[(uint)hash.ToHashCode() % Places];
        if (place is not null && Ascii.Equals(utf8, place))
        {
            return place;
        }

        return place = Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Decodes a key. A key that is no text is none of the kit's business, and no reason to fail.</summary>
    public KafkaKey Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        isNull || data.IsEmpty ? default
        : Utf8.IsValid(data) ? new(Get(data), null)
        : new("0x" + Convert.ToHexStringLower(data), data.ToArray());
}
