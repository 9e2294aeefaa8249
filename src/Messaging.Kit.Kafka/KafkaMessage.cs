using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>The client's message to and from the envelope: a CloudEvent in binary mode, its attributes in headers and its body untouched.</summary>
internal static class KafkaMessage
{
    private const string Prefix = "ce_";
    private const string SpecVersion = Prefix + "specversion";
    private const string Id = Prefix + "id";
    private const string Source = Prefix + "source";
    private const string Type = Prefix + "type";
    private const string Time = Prefix + "time";
    private const string ContentType = "content-type";
    private const string StructuredContentType = "application/cloudevents+json";

    // A key that is no text travels through the kit in this header, as base64.
    private const string RawKey = "kafkakey";

    private const int TimeBytes = 28;
    private const int PrefixBytes = 3;

    // What a record has beside key, value and headers, at most.
    private const int RecordBytes = 70;
    private const int HeaderBytes = 10;

    // Headers are looked up by a linear scan.
    private const int MaxHeaders = 100;

    // Of the year 9999.
    private const long LastMillisecond = 253_402_300_799_999;

    private static readonly Header SpecVersionHeader = new(SpecVersion, "1.0"u8.ToArray());

    /// <summary>Why an envelope cannot be sent, or <see langword="null"/> when it can. What others wrote goes on as it came, to a dead-letter topic for example.</summary>
    public static TransportException? FaultOf(Envelope envelope, string topic) =>
        envelope.Type == Tombstone.TypeName && envelope.Key is null && !(envelope.HasHeaders && (envelope.Headers[HeaderNames.DeadLetterReason] ?? envelope.Headers[HeaderNames.RetryCount]) is not null)
            ? new(FailureKind.Permanent, $"A tombstone without a key cannot go to '{topic}': it deletes what has the same key. Give it one with KeyBy or PublishOptions.Key.")
            : null;

    /// <summary>The size of a record, as the broker counts it before compression; a few bytes above.</summary>
    public static int Measure(Envelope envelope)
    {
        var size = RecordBytes + envelope.Body.Length + Text(envelope.Key)
            + Header(SpecVersion, 3) + Header(Id, Text(envelope.Id)) + Header(Time, TimeBytes)
            + Header(Source, Text(envelope.Source)) + Header(Type, Text(envelope.Type)) + Header(ContentType, Text(envelope.ContentType));
        if (envelope.HasHeaders)
        {
            foreach (var (name, value) in envelope.Headers)
            {
                size += PrefixBytes + Header(name, Text(value));
            }
        }

        return size;

        static int Text(string? value) => value is null ? 0 : Encoding.UTF8.GetByteCount(value);

        static int Header(string name, int value) => HeaderBytes + name.Length + value;
    }

    /// <summary>Makes a message.</summary>
    /// <remarks>
    /// Its timestamp is the client's, of when it is sent: the time of the envelope is in a header. By the timestamp brokers delete, and refuse what is of another time:
    /// a dead letter of an old message would be gone in minutes, and one of a clock that is fast would not be taken.
    /// </remarks>
    /// <param name="envelope">The envelope.</param>
    /// <param name="cache">Headers of the sender's messages.</param>
    /// <param name="mould">A message of the calling thread that is used again and again: made anew where it does not fit.</param>
    /// <returns>The message; on loan until the next call with the same mould.</returns>
    public static Message<byte[], byte[]?> Write(Envelope envelope, KafkaHeaderCache cache, ref KafkaMould? mould)
    {
        if (envelope.HasHeaders || envelope.Time == default)
        {
            return WriteAny(envelope, cache);
        }

        if (mould?.Fill(envelope) is { } filled)
        {
            (filled.Key, filled.Value) = (KeyOf(envelope, null)!, ValueOf(envelope));
            return filled;
        }

        var message = WriteAny(envelope, cache);
        mould = new KafkaMould(envelope, message);
        return message;
    }

    private static Message<byte[], byte[]?> WriteAny(Envelope envelope, KafkaHeaderCache cache)
    {
        var headers = new Headers { SpecVersionHeader, { Id, Encoding.UTF8.GetBytes(envelope.Id) } };
        if (envelope.Time != default)
        {
            headers.Add(Time, TimeOf(envelope, new byte[TimeBytes]));
        }

        AddCached(headers, Source, envelope.Source, cache);
        AddCached(headers, Type, envelope.Type, cache);
        AddCached(headers, ContentType, envelope.ContentType, cache);
        string? rawKey = null;
        if (envelope.HasHeaders)
        {
            foreach (var (name, value) in envelope.Headers)
            {
                if (name == RawKey && Base64.IsValid(value))
                {
                    rawKey = value;
                }
                else
                {
                    headers.Add(Prefix + name, Encoding.UTF8.GetBytes(value));
                }
            }
        }

        return new()
        {
            Key = KeyOf(envelope, rawKey)!,
            Value = ValueOf(envelope),
            Headers = headers,
        };
    }

    /// <summary>Reads a message, whoever wrote it. Does not throw for any content.</summary>
    public static KafkaReceivedEnvelope Read(in KafkaRecord record, KafkaTextCache texts)
    {
        var message = record.Content.Message;
        var attributes = default(Attributes);
        List<(string Name, byte[]? Value)>? others = null;
        if (message.Headers is { } headers)
        {
            var count = Math.Min(headers.Count, MaxHeaders);
            for (var i = 0; i < count; i++)
            {
                var header = headers[i];
                if (!attributes.TryTake(header.Key, header.GetValueBytes(), texts))
                {
                    (others ??= []).Add((header.Key, header.GetValueBytes()));
                }
            }
        }

        var envelope = Envelope(record, in attributes);
        foreach (var (name, value) in others ?? [])
        {
            Add(envelope.Headers, name, value is null ? "" : Encoding.UTF8.GetString(value));
        }

        if (message.Key.Raw is { } raw)
        {
            envelope.Headers.Set(RawKey, Convert.ToBase64String(raw));
        }

        return envelope;
    }

    private static KafkaReceivedEnvelope Envelope(in KafkaRecord record, in Attributes attributes)
    {
        var (message, partition, offset) = (record.Content.Message, record.Partition, record.Content.Offset.Value);
        var (body, returns) = (message.Value, record.Transaction is null ? 0 : partition.ReturnsOf(offset));
        if (body is not null && attributes.ContentType?.StartsWith(StructuredContentType, StringComparison.OrdinalIgnoreCase) == true
            && CloudEventsJson.TryRead(body, out var structured))
        {
            return new(structured, record) { DeliveryCount = 1 + returns };
        }

        var time = attributes.Time is { } written && TryParseTime(written, out var parsed)
            ? parsed
            : TimeOf(message.Timestamp);
        return new(
            attributes.Id is { Length: > 0 } id ? id : Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{partition.Topic}-{partition.Number}@{offset}")),
            attributes.Type ?? (body is null ? Tombstone.TypeName : ""),
            body is null && attributes.Type is null or Tombstone.TypeName ? Tombstone.BodyFor(message.Key.Text) : body,
            record)
        {
            DeliveryCount = 1 + returns,
            Source = attributes.Source ?? "",
            Time = time,
            ContentType = attributes.ContentType ?? Messages.Envelope.JsonContentType,
        };
    }

    // Nearly all are as the kit writes them.
    private static bool TryParseTime(ReadOnlySpan<byte> text, out DateTimeOffset time) =>
        (Utf8Parser.TryParse(text, out time, out var read, 'O') && read == text.Length)
        || DateTimeOffset.TryParse(Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    // Brokers keep whatever number a client has sent, such as microseconds, for which no calendar is long enough.
    private static DateTimeOffset TimeOf(Timestamp timestamp) =>
        timestamp.UnixTimestampMs is > 0 and <= LastMillisecond ? DateTimeOffset.FromUnixTimeMilliseconds(timestamp.UnixTimestampMs) : default;

    private static void AddCached(Headers headers, string name, string value, KafkaHeaderCache cache)
    {
        if (value.Length > 0)
        {
            headers.Add(cache.Get(name, value));
        }
    }

    private static byte[] TimeOf(Envelope envelope, byte[] time)
    {
        envelope.Time.UtcDateTime.TryFormat(time, out _, "O", CultureInfo.InvariantCulture);
        return time;
    }

    private static byte[]? ValueOf(Envelope envelope) => envelope.Type == Tombstone.TypeName ? null : envelope.Body.ToArray();

    // A key that is no text goes on as it came, to a dead-letter topic for example.
    private static byte[]? KeyOf(Envelope envelope, string? rawKey) =>
        rawKey is not null ? Convert.FromBase64String(rawKey) : envelope.Key is null ? null : Encoding.UTF8.GetBytes(envelope.Key);

    private static void Add(MessageHeaders headers, string name, string value)
    {
        var own = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[PrefixBytes..] : name;
        if (MessageHeaders.IsValidName(own) && headers[own] is null)
        {
            headers.Set(own, value);
        }
        else
        {
            headers.AddForeign(own, value);
        }
    }

    private struct Attributes
    {
        public byte[]? Id;
        public string? Source;
        public string? Type;
        public byte[]? Time;
        public string? ContentType;

        public bool TryTake(string name, byte[]? value, KafkaTextCache texts)
        {
            switch (name)
            {
                case KafkaMessage.SpecVersion:
                    return true;
                case KafkaMessage.Id:
                    Id = value;
                    return true;
                case KafkaMessage.Source:
                    Source = texts.Get(value);
                    return true;
                case KafkaMessage.Type:
                    Type = texts.Get(value);
                    return true;
                case KafkaMessage.Time:
                    Time = value;
                    return true;
                case KafkaMessage.ContentType:
                    ContentType = texts.Get(value);
                    return true;
                default:
                    return false;
            }
        }
    }
}
