using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>
/// The structured JSON form of CloudEvents 1.0, for transports whose messages are text. A JSON body goes in as JSON, so that
/// people, rules and filters can read it; any other goes in as base64. The key travels as <c>partitionkey</c>, headers as
/// extension attributes.
/// </summary>
public static class CloudEventsJson
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // Nothing here ends up in HTML; the default encoder would make five bytes more of every quote.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private const int UuidLength = 36;

    // Headers are looked up by a linear scan: what a body of a megabyte could hold would keep a core busy for hours.
    private const int MaxExtensions = 128;

    [ThreadStatic]
    private static Utf8JsonWriter? _spare;

    // A level more than the body of an envelope may have.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = Envelope.MaxJsonDepth + 1 };

    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create(
        string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)).Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal));

    /// <summary>How many bytes <see cref="Write"/> will write.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <returns>Bytes of UTF-8.</returns>
    public static int Measure(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var size = """{"specversion":"1.0","id":""}""".Length + (envelope.Uuid == Guid.Empty ? MeasureText(envelope.Id) : UuidLength);
        size += MeasureAttribute("source", envelope.Source);
        size += MeasureAttribute("type", envelope.Type);
        size += envelope.Time == default ? 0 : ""","time":"0001-01-01T00:00:00.0000000Z" """.Length - 1;
        size += MeasureAttribute("datacontenttype", envelope.ContentType);
        size += envelope.Key is null ? 0 : ""","partitionkey":"" """.Length - 1 + MeasureText(envelope.Key);
        if (envelope.HasHeaders)
        {
            foreach (var (name, value) in envelope.Headers)
            {
                size += ""","":"" """.Length - 1 + name.Length + MeasureText(value);
            }
        }

        if (envelope.HasJsonBody)
        {
            size += ""","data":""".Length + envelope.Body.Length;
        }
        else if (!envelope.Body.IsEmpty)
        {
            size += ""","data_base64":"" """.Length - 1 + Base64.GetMaxEncodedToUtf8Length(envelope.Body.Length);
        }

        return size;
    }

    /// <summary>Writes an envelope as a structured CloudEvent.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="writer">Takes the UTF-8 text.</param>
    public static void Write(Envelope envelope, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var json = _spare ?? new Utf8JsonWriter(writer, WriterOptions);
        _spare = null;
        json.Reset(writer);
        json.WriteStartObject();
        json.WriteString("specversion"u8, "1.0"u8);
        WriteId(json, envelope);
        WriteAttribute(json, "source"u8, envelope.Source);
        WriteAttribute(json, "type"u8, envelope.Type);
        if (envelope.Time != default)
        {
            Span<byte> time = stackalloc byte[33];
            envelope.Time.UtcDateTime.TryFormat(time, out var length, "O", CultureInfo.InvariantCulture);
            json.WriteString("time"u8, time[..length]);
        }

        WriteAttribute(json, "datacontenttype"u8, envelope.ContentType);
        if (envelope.Key is not null)
        {
            json.WriteString("partitionkey"u8, envelope.Key);
        }

        if (envelope.HasHeaders)
        {
            foreach (var (name, value) in envelope.Headers)
            {
                json.WriteString(name, value);
            }
        }

        if (envelope.HasJsonBody)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(envelope.Body.Span, skipInputValidation: true);
        }
        else if (!envelope.Body.IsEmpty)
        {
            json.WriteBase64String("data_base64"u8, envelope.Body.Span);
        }

        json.WriteEndObject();
        json.Flush();
        json.Reset(NoBuffer.Instance);
        _spare = json;
    }

    /// <summary>Reads a structured CloudEvent.</summary>
    /// <param name="utf8">The text. The body of the result is a part of this memory where it can be.</param>
    /// <param name="envelope">What was read.</param>
    /// <returns>
    /// Whether the text is a CloudEvent of specification version 1 with an id and no more than 128 extension attributes; if not,
    /// it is somebody's plain body.
    /// </returns>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out Envelope? envelope)
    {
        envelope = null;
        try
        {
            var reader = new Utf8JsonReader(utf8.Span, ReaderOptions);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            var fields = new Fields();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                fields.Read(ref reader, utf8);
            }

            // One Read more finds whatever does not belong behind the object.
            return !reader.Read() && fields.TryMake(out envelope);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static int MeasureAttribute(string name, string value) =>
        value.Length == 0 ? 0 : ""","":"" """.Length - 1 + name.Length + MeasureText(value);

    private static int MeasureText(string text) =>
        text.AsSpan().IndexOfAnyExcept(PlainCharacters) < 0 ? text.Length : JsonEncodedText.Encode(text, WriterOptions.Encoder).EncodedUtf8Bytes.Length;

    private static void WriteId(Utf8JsonWriter json, Envelope envelope)
    {
        if (envelope.Uuid == Guid.Empty)
        {
            json.WriteString("id"u8, envelope.Id);
        }
        else
        {
            json.WriteString("id"u8, envelope.Uuid);
        }
    }

    private static void WriteAttribute(Utf8JsonWriter json, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    // The attributes may come in any order, so they are collected first.
    private struct Fields
    {
        private string? _specVersion, _id, _source, _type, _contentType, _key;
        private DateTimeOffset _time;
        private ReadOnlyMemory<byte> _data;
        private bool _isText;
        private List<KeyValuePair<string, string>>? _extensions;

        public void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> utf8)
        {
            if (Is(ref reader, "data"u8))
            {
                ReadData(ref reader, utf8);
            }
            else if (Is(ref reader, "id"u8))
            {
                _id = reader.GetString();
            }
            else if (Is(ref reader, "type"u8))
            {
                _type = reader.GetString();
            }
            else if (Is(ref reader, "source"u8))
            {
                _source = reader.GetString();
            }
            else if (Is(ref reader, "time"u8))
            {
                ReadTime(ref reader);
            }
            else if (Is(ref reader, "partitionkey"u8))
            {
                _key = ReadText(ref reader, utf8);
            }
            else if (Is(ref reader, "datacontenttype"u8))
            {
                _contentType = ReadUsual(ref reader, Envelope.JsonContentType);
            }
            else if (Is(ref reader, "specversion"u8))
            {
                _specVersion = ReadUsual(ref reader, "1.0");
            }
            else if (Is(ref reader, "data_base64"u8))
            {
                ReadBase64(ref reader);
            }
            else
            {
                var name = reader.GetString()!;
                reader.Read();
                if (ReadText(ref reader, utf8) is { } value)
                {
                    (_extensions ??= []).Add(new(name, value));
                }
            }
        }

        public readonly bool TryMake([NotNullWhen(true)] out Envelope? envelope)
        {
            envelope = null;
            if (string.IsNullOrEmpty(_id) || _specVersion?.StartsWith("1.", StringComparison.Ordinal) != true || _extensions?.Count > MaxExtensions)
            {
                return false;
            }

            envelope = new Envelope(_id, _type ?? "", _data)
            {
                Source = _source ?? "",
                Time = _time,
                Key = _key,
                ContentType = _contentType ?? Envelope.JsonContentType,
            };

            // Data that is a JSON string under another content type is text, and the text is the body.
            if (_isText && !envelope.HasJsonContentType)
            {
                var reader = new Utf8JsonReader(_data.Span);
                reader.Read();
                envelope.Body = Encoding.UTF8.GetBytes(reader.GetString()!);
            }

            if (_extensions is not null)
            {
                foreach (var (name, value) in _extensions)
                {
                    envelope.Headers.AddForeign(name, value);
                }
            }

            return true;
        }

        private void ReadTime(ref Utf8JsonReader reader)
        {
            // A time that cannot be read is a blemish, not a reason to refuse the message.
            if (reader.TokenType != JsonTokenType.String)
            {
                reader.Skip();
            }
            else if (reader.ValueSpan is [.., (byte)'Z'] && reader.TryGetDateTimeOffset(out var own))
            {
                // As the kit writes it, and most others do.
                _time = own;
            }
            else if (DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                _time = time;
            }
        }

        private void ReadData(ref Utf8JsonReader reader, ReadOnlyMemory<byte> utf8)
        {
            _isText = reader.TokenType == JsonTokenType.String;
            _data = Raw(ref reader, utf8);
        }

        private void ReadBase64(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.Null)
            {
                (_data, _isText) = (reader.GetBytesFromBase64(), false);
            }
        }

        // On a name: whether it is this one. Then the reader goes on to the value.
        private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

        private static string? ReadUsual(ref Utf8JsonReader reader, string usual) =>
            reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(usual) ? usual : reader.GetString();

        private static string? ReadText(ref Utf8JsonReader reader, ReadOnlyMemory<byte> utf8) => reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => reader.GetString(),
            _ => Encoding.UTF8.GetString(Raw(ref reader, utf8).Span),
        };

        private static ReadOnlyMemory<byte> Raw(ref Utf8JsonReader reader, ReadOnlyMemory<byte> utf8)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return utf8[start..(int)reader.BytesConsumed];
        }
    }
}
