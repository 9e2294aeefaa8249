using System.Buffers;
using System.Text.Json;

namespace Messaging.Kit.Kafka;

/// <summary>
/// Deletes what has the same key from a compacted topic: on the wire a message without a value. Publish it with a key
/// (<c>kit.Publish&lt;Tombstone&gt;(Tombstone.TypeName, to =&gt; to.Kafka("prices")).KeyBy(t =&gt; t.Key)</c>); handle it like any other message
/// (<c>Handle&lt;Tombstone, ForgetPrice&gt;(Tombstone.TypeName)</c>).
/// </summary>
/// <param name="Key">The key of what is deleted.</param>
public sealed record Tombstone(string? Key)
{
    /// <summary>The name of the type under which messages without a value are handled, unless they carry another: <c>kafka.tombstone</c>.</summary>
    public const string TypeName = "kafka.tombstone";

    internal static byte[] BodyFor(string? key)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("key"u8, key);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }
}
