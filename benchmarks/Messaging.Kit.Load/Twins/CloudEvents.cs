using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Twins;

/// <summary>
/// The CloudEvent around a payload as somebody writes it who has <see cref="System.Text.Json"/> and no kit: one pass out, one pass in.
/// </summary>
internal static class CloudEvents
{
    public static string Write(Payload payload)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion"u8, "1.0"u8);
            json.WriteString("id"u8, Guid.CreateVersion7());
            json.WriteString("source"u8, "/load"u8);
            json.WriteString("type"u8, "payload"u8);
            json.WriteString("time"u8, DateTime.UtcNow);
            if (payload.Key is { } key)
            {
                json.WriteString("partitionkey"u8, key);
            }

            json.WriteString("datacontenttype"u8, "application/json"u8);
            json.WritePropertyName("data"u8);
            JsonSerializer.Serialize(json, payload, PayloadContext.Default.Payload);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads the payload of a CloudEvent, or of an event of EventBridge around one.</summary>
    public static Payload Read(string body)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(body));
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1)
            {
                var isData = json.ValueTextEquals("data"u8) || json.ValueTextEquals("detail"u8);
                _ = json.Read();
                if (isData)
                {
                    return JsonSerializer.Deserialize(ref json, PayloadContext.Default.Payload)!;
                }

                json.Skip();
            }
        }

        throw new JsonException($"There is no payload in {JsonNode.Parse(body)}.");
    }
}
