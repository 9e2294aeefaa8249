using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>
/// Reads what is in a queue, whoever wrote it: a CloudEvent, what SNS wraps around a message, an event of EventBridge, a
/// notification of S3, or a plain body. Throws for none of them: what makes no sense is a plain body.
/// </summary>
internal static class ForeignMessage
{
    private const string S3 = "aws:s3";

    // More than anybody sets, and few enough for headers, which are looked up by a linear scan.
    private const int MaxAttributes = 100;

    /// <summary>As deep as bodies may be, and one level for what is around them.</summary>
    public static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 1001 };

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body; the result may be a part of it.</param>
    /// <param name="id">Identifies the message when its body does not.</param>
    public static Envelope Read(ReadOnlyMemory<byte> body, string id) => Read(body, new Origin(id, "", default), mayBeWrapped: true);

    private static Envelope Read(ReadOnlyMemory<byte> body, Origin origin, bool mayBeWrapped)
    {
        if (CloudEventsJson.TryRead(body, out var cloudEvent))
        {
            return cloudEvent;
        }

        return ReadDocument(body, origin, mayBeWrapped) ?? ReadPlain(body, origin);
    }

    /// <summary>Adds what stands beside a body as a header, unless it only repeats what is in it, as filters of SNS need it.</summary>
    public static void AddAttribute(Envelope envelope, string name, string value)
    {
        var isRepeated = name switch
        {
            "type" => value == envelope.Type,
            "source" => value == envelope.Source,
            _ => envelope.HasHeaders && envelope.Headers[name.ToLowerInvariant()] == value,
        };
        if (!isRepeated)
        {
            envelope.Headers.AddForeign(name, value);
        }
    }

    private static Envelope? ReadDocument(ReadOnlyMemory<byte> body, Origin origin, bool mayBeWrapped)
    {
        try
        {
            using var document = JsonDocument.Parse(body, DocumentOptions);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            // SNS wraps once; what looks like a wrapping inside one is content.
            return (mayBeWrapped ? ReadSns(root) : null) ?? ReadOwn(root) ?? (EventForm.TryRead(root, out var message) ? message : ReadS3(root, body, origin));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or with a string that is half of a surrogate pair.
            return null;
        }
    }

    private static Envelope? ReadSns(JsonElement root)
    {
        if (Text(root, "Type") != "Notification" || Text(root, "TopicArn") is not { } topic || Text(root, "Message") is not { } message
            || Text(root, "MessageId") is not { Length: > 0 } id)
        {
            return null;
        }

        var hasAttributes = root.TryGetProperty("MessageAttributes", out var attributes) && attributes.ValueKind == JsonValueKind.Object;
        if (hasAttributes && attributes.GetPropertyCount() > MaxAttributes)
        {
            return null;
        }

        var envelope = Read(Encoding.UTF8.GetBytes(message), new Origin(id, topic, Time(root, "Timestamp")), mayBeWrapped: false);
        if (Text(root, "Subject") is { } subject)
        {
            AddAttribute(envelope, "Subject", subject);
        }

        if (hasAttributes)
        {
            foreach (var attribute in attributes.EnumerateObject())
            {
                // Binary values are base64 already.
                if (attribute.Value.ValueKind == JsonValueKind.Object && Text(attribute.Value, "Value") is { } value)
                {
                    AddAttribute(envelope, attribute.Name, value);
                }
            }
        }

        return envelope;
    }

    // What the kit itself has put. Its headers come as they were set, without what EventBridge knows of every event: only that it is a replay, and
    // resources of others, cannot be known otherwise.
    private static Envelope? ReadOwn(JsonElement root)
    {
        if (Text(root, "detail-type") is not { } type || Text(root, "source") is not { } source || !root.TryGetProperty("detail", out var detail)
            || !root.TryGetProperty("resources", out var resources) || resources.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var (text, others) = (new StringBuilder(), new List<string>());
        foreach (var resource in resources.EnumerateArray())
        {
            if (resource.ValueKind != JsonValueKind.String || !CloudEventsResource.TryTake(resource.GetString()!, text))
            {
                others.Add(resource.GetRawText());
            }
        }

        var own = text.Length == 0 ? null : CloudEventsResource.Read(text.ToString(), type, source, Time(root, "time"), JsonMarshal.GetRawUtf8Value(detail).ToArray());
        if (own is not null && others.Count > 0)
        {
            AddAttribute(own, "resources", $"[{string.Join(',', others)}]");
        }

        if (own is not null && Text(root, "replay-name") is { } replay)
        {
            AddAttribute(own, "replay-name", replay);
        }

        return own;
    }

    private static Envelope? ReadS3(JsonElement root, ReadOnlyMemory<byte> body, Origin origin)
    {
        // What S3 sends when notifications are switched on, so that it can be told from a poison message.
        if (Text(root, "Service") == "Amazon S3" && Text(root, "Event") is { } test)
        {
            return new Envelope(origin.Id, test, body) { Source = S3, Time = Time(root, "Time") };
        }

        if (!root.TryGetProperty("Records", out var records) || records.ValueKind != JsonValueKind.Array || records.GetArrayLength() == 0)
        {
            return null;
        }

        var first = records[0];
        return first.ValueKind == JsonValueKind.Object && Text(first, "eventSource") == S3 && Text(first, "eventName") is { } name
            ? new Envelope(origin.Id, "s3:" + name, body) { Source = S3, Time = Time(first, "eventTime") }
            : null;
    }

    private static Envelope ReadPlain(ReadOnlyMemory<byte> body, Origin origin)
    {
        var envelope = new Envelope(origin.Id, "", body) { Source = origin.Source, Time = origin.Time };
        if (!envelope.HasJsonBody)
        {
            envelope.ContentType = "text/plain";
        }

        return envelope;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default;

    // What is known of a message from around its body.
    private readonly record struct Origin(string Id, string Source, DateTimeOffset Time);
}
