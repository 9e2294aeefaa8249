using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;

namespace Messaging.Kit.Transports;

/// <summary>
/// A message as the event that patterns are written for: <c>id</c>, <c>source</c>, <c>detail-type</c> (the message's type), <c>time</c>,
/// <c>resources</c> (none), and the body as <c>detail</c>, which is an object: a body that is JSON but no object is its member <c>data</c>, and one that is
/// no JSON its member <c>data_base64</c>. So it is on a bus of Amazon EventBridge as well.
/// </summary>
public static class EventForm
{
    /// <summary>The member of a detail that holds a body that is JSON, but no object.</summary>
    public const string Data = "data";

    /// <summary>The member of a detail that holds a body that is no JSON. It is not there when the body is empty.</summary>
    public const string DataBase64 = "data_base64";

    /// <summary>Stands for a source or a type that is empty.</summary>
    public const string Nothing = "unknown";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // Most messages are small; what a large one has needed is not kept for the life of a thread.
    private const int KeptBytes = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _spare;

    /// <summary>Writes a message in this form.</summary>
    /// <param name="envelope">The message.</param>
    /// <param name="writer">Takes the UTF-8 text.</param>
    public static void Write(Envelope envelope, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        using var json = new Utf8JsonWriter(writer, Options);
        json.WriteStartObject();
        json.WriteString("version"u8, "0"u8);
        json.WriteString("id"u8, envelope.Id);
        json.WriteString("detail-type"u8, OrNothing(envelope.Type));
        json.WriteString("source"u8, OrNothing(envelope.Source));
        if (envelope.Time != default)
        {
            Span<byte> time = stackalloc byte[20];
            envelope.Time.UtcDateTime.TryFormat(time, out var length, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            json.WriteString("time"u8, time[..length]);
        }

        json.WriteStartArray("resources"u8);
        json.WriteEndArray();
        json.WritePropertyName("detail"u8);
        switch (MemberOf(envelope))
        {
            case null:
                json.WriteRawValue(envelope.Body.Span, skipInputValidation: true);
                break;
            case Data:
                json.WriteStartObject();
                json.WritePropertyName(Data);
                json.WriteRawValue(envelope.Body.Span, skipInputValidation: true);
                json.WriteEndObject();
                break;
            default:
                json.WriteStartObject();
                if (!envelope.Body.IsEmpty)
                {
                    json.WriteBase64String(DataBase64, envelope.Body.Span);
                }

                json.WriteEndObject();
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>The member of a detail that holds a message's body, or <see langword="null"/> when the body is the detail.</summary>
    /// <param name="envelope">The message.</param>
    public static string? MemberOf(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        return !envelope.HasJsonBody ? DataBase64 : envelope.Body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? null : Data;
    }

    /// <summary>A text that an event must have.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text, or <see cref="Nothing"/> when it is empty.</returns>
    public static string OrNothing(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 ? text : Nothing;
    }

    /// <summary>Reads an event, whoever wrote it.</summary>
    /// <param name="json">What may be one.</param>
    /// <param name="envelope">
    /// The message that it carries: its detail, which may be a CloudEvent of its own. What else EventBridge says of it (<c>version</c>, <c>account</c>,
    /// <c>region</c>, <c>resources</c>, <c>replay-name</c>) is in headers.
    /// </param>
    /// <returns>Whether it is one: an object with an id, a source, a detail-type and a detail.</returns>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out Envelope? envelope)
    {
        envelope = null;
        if (Text(json, "detail-type") is not { } type || Text(json, "id") is not { Length: > 0 } id || Text(json, "source") is not { } source
            || !json.TryGetProperty("detail", out var detail))
        {
            return false;
        }

        var body = JsonMarshal.GetRawUtf8Value(detail).ToArray();
        if (!CloudEventsJson.TryRead(body, out envelope))
        {
            var hasTime = DateTimeOffset.TryParse(Text(json, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
            envelope = new Envelope(id, type, body) { Source = source, Time = hasTime ? time : default };
        }

        foreach (var name in (ReadOnlySpan<string>)["version", "account", "region", "resources", "replay-name"])
        {
            if (json.TryGetProperty(name, out var value) && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
            {
                envelope.Headers.AddForeign(name, value.ToString());
            }
        }

        return true;
    }

    /// <summary>Finds the values whose patterns a message matches.</summary>
    /// <typeparam name="TValue">What is found.</typeparam>
    /// <param name="patterns">The patterns, written for this form.</param>
    /// <param name="envelope">The message.</param>
    /// <param name="matches">Takes the values, in the order in which the set has them.</param>
    /// <returns>How many were found.</returns>
    internal static int Match<TValue>(this EventPatternSet<TValue> patterns, Envelope envelope, ICollection<TValue> matches)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var buffer = _spare ?? new ArrayBufferWriter<byte>();
        _spare = null;
        Write(envelope, buffer);
        var count = patterns.Match(buffer.WrittenSpan, matches);
        buffer.ResetWrittenCount();
        _spare = buffer.Capacity <= KeptBytes ? buffer : null;
        return count;
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
