using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>
/// What EventBridge has no field for, as one of the resources of an event: <c>cloudevents:</c> and pairs in the form of a query,
/// <c>id=..&amp;time=..&amp;partitionkey=..</c> and the headers; what a resource does not hold goes on in further ones,
/// <c>cloudevents-more:</c>. So the detail is the message's body and nothing else, wherever that is a
/// JSON object; any other body is a member of the detail, <c>data</c> or <c>data_base64</c>, and the pair <c>data</c> says which.
/// </summary>
/// <remarks>The transport of EventBridge writes it; it is read here, where events of EventBridge arrive.</remarks>
internal static class CloudEventsResource
{
    /// <summary>Most characters of a resource (API model of EventBridge, EventResource).</summary>
    public const int Longest = 2_048;

    private const string Prefix = "cloudevents:";
    private const string MorePrefix = "cloudevents-more:";
    private static readonly int LongestMore = Longest - MorePrefix.Length;

    // As with other CloudEvents: headers are looked up by a linear scan.
    private const int MaxPairs = 136;

    /// <summary>How many characters <see cref="Write"/> writes in all, each of them ASCII.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="member">The member of the detail that holds the body, or <see langword="null"/> when the detail is the body.</param>
    public static int Measure(Envelope envelope, string? member)
    {
        var size = Fill(envelope, member, null);
        return size + (size <= Longest ? 0 : (size - Longest + LongestMore - 1) / LongestMore * MorePrefix.Length);
    }

    /// <summary>Writes it.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="member">The member of the detail that holds the body, or <see langword="null"/> when the detail is the body.</param>
    /// <returns>The resource, and those in which it goes on.</returns>
    public static IReadOnlyList<string> Write(Envelope envelope, string? member)
    {
        var text = new StringBuilder();
        Fill(envelope, member, text);
        if (text.Length <= Longest)
        {
            return [text.ToString()];
        }

        List<string> resources = [text.ToString(0, Longest)];
        for (var at = Longest; at < text.Length; at += LongestMore)
        {
            resources.Add(MorePrefix + text.ToString(at, Math.Min(LongestMore, text.Length - at)));
        }

        return resources;
    }

    /// <summary>Takes a resource of an event for what is read then, if it is the first of the kind or goes on with it.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="text">What has been taken.</param>
    public static bool TryTake(string resource, StringBuilder text)
    {
        var (prefix, rest) = text.Length == 0 ? (Prefix, resource) : (MorePrefix, resource[Math.Min(resource.Length, MorePrefix.Length)..]);
        if (!resource.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        text.Append(rest);
        return true;
    }

    /// <summary>Reads an event that has one among its resources.</summary>
    /// <param name="resource">The resource, and what it goes on with.</param>
    /// <param name="type">The event's type, unless the resource has another.</param>
    /// <param name="source">The event's source, unless the resource has another.</param>
    /// <param name="time">The event's time, unless the resource has another.</param>
    /// <param name="detail">The detail's text.</param>
    /// <returns>The envelope, or <see langword="null"/> when it is not what the transport writes.</returns>
    public static Envelope? Read(string resource, string type, string source, DateTimeOffset time, ReadOnlyMemory<byte> detail)
    {
        if (!resource.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var pairs = resource[Prefix.Length..].Split('&');
        if (pairs.Length > MaxPairs)
        {
            return null;
        }

        string? id = null, key = null, member = null;
        var contentType = Envelope.JsonContentType;
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var pair in pairs)
        {
            var split = pair.IndexOf('=', StringComparison.Ordinal);
            if (split < 0)
            {
                return null;
            }

            var value = Uri.UnescapeDataString(pair[(split + 1)..]);
            switch (pair[..split])
            {
                case "id": id = value; break;
                case "type": type = value; break;
                case "source": source = value; break;
                case "partitionkey": key = value; break;
                case "datacontenttype": contentType = value; break;
                case "data": member = value; break;
                case "time" when DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var exact): time = exact; break;
                case var name: headers.Add(new(name, value)); break;
            }
        }

        if (string.IsNullOrEmpty(id) || BodyOf(detail, member) is not { } body)
        {
            return null;
        }

        var envelope = new Envelope(id, type, body) { Source = source, Time = time, Key = key, ContentType = contentType };
        foreach (var (name, value) in headers)
        {
            envelope.Headers.AddForeign(name, value);
        }

        return envelope;
    }

    private static int Fill(Envelope envelope, string? member, StringBuilder? text)
    {
        var size = Pair("id", envelope.Id, text, Prefix);
        size += envelope.Type.Length == 0 ? Pair("type", "", text) : 0;
        size += envelope.Source.Length == 0 ? Pair("source", "", text) : 0;
        size += envelope.Time == default ? 0 : Pair("time", envelope.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), text);
        size += envelope.Key is null ? 0 : Pair("partitionkey", envelope.Key, text);
        size += envelope.ContentType == Envelope.JsonContentType ? 0 : Pair("datacontenttype", envelope.ContentType, text);
        size += member is null ? 0 : Pair("data", member, text);
        if (envelope.HasHeaders)
        {
            foreach (var (name, value) in envelope.Headers)
            {
                size += Pair(name, value, text);
            }
        }

        return size;
    }

    private static int Pair(string name, string value, StringBuilder? text, string before = "&")
    {
        text?.Append(before).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return before.Length + name.Length + "=".Length + MeasureEscaped(value);
    }

    private static int MeasureEscaped(string value)
    {
        var size = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            size += rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '-' or '_' or '.' or '~') ? 1 : 3 * rune.Utf8SequenceLength;
        }

        return size;
    }

    private static ReadOnlyMemory<byte>? BodyOf(ReadOnlyMemory<byte> detail, string? member)
    {
        if (member is null)
        {
            return detail;
        }

        try
        {
            using var document = JsonDocument.Parse(detail, ForeignMessage.DocumentOptions);
            var isThere = document.RootElement.TryGetProperty(member, out var value);
            if (member == EventForm.DataBase64)
            {
                return isThere ? value.GetBytesFromBase64() : Array.Empty<byte>();
            }

            return member == EventForm.Data && isThere ? JsonMarshal.GetRawUtf8Value(value).ToArray() : default(ReadOnlyMemory<byte>?);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
