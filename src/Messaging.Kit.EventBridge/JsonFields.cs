using System.Text.Json;

namespace Messaging.Kit.EventBridge;

/// <summary>Fields as AWS's JSON has them: left out rather than null, and times as seconds since 1970.</summary>
internal static class JsonFields
{
    /// <summary>Where the next page begins, or <see langword="null"/> when there is none, which some say by an empty text.</summary>
    public static string? NextToken(this JsonElement answer) => answer.Text("NextToken"u8) is { Length: > 0 } token ? token : null;

    /// <summary>Writes a text, and none when there is none; a surrogate that stands alone becomes U+FFFD.</summary>
    public static void WriteText(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    /// <summary>Writes a number, and none when there is none.</summary>
    public static void WriteWhole(this Utf8JsonWriter json, ReadOnlySpan<byte> name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    /// <summary>Writes a time, to the millisecond, and none when there is none.</summary>
    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteNumber(name, time.ToUnixTimeMilliseconds() / 1000m);
        }
    }

    /// <summary>Writes texts, and none when there are none.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            return;
        }

        json.WriteStartArray(name);
        for (var i = 0; i < values.Count; i++)
        {
            json.WriteStringValue(values[i]);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes tags, and none when there are none.</summary>
    public static void WriteTags(this Utf8JsonWriter json, IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null)
        {
            return;
        }

        json.WriteStartArray("Tags"u8);
        foreach (var (key, value) in tags)
        {
            json.WriteStartObject();
            json.WriteString("Key"u8, key);
            json.WriteString("Value"u8, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads a text that may be missing.</summary>
    public static string? Text(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;

    /// <summary>Reads a text that must be there.</summary>
    public static string NeededText(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetString() is { } text ? text : throw new FormatException($"There is no {name} in the answer.");

    /// <summary>Reads a number that may be missing.</summary>
    public static long? Whole(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetInt64() : null;

    /// <summary>Reads a time.</summary>
    public static DateTimeOffset Time(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(value.GetDouble() * 1000))
            : default;

    /// <summary>Reads an object that may be missing.</summary>
    public static JsonElement? Part(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    /// <summary>Reads a list that may be missing.</summary>
    public static List<T> List<T>(this JsonElement element, ReadOnlySpan<byte> name, Func<JsonElement, T> read)
    {
        var items = new List<T>();
        if (element.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array)
        {
            foreach (var value in values.EnumerateArray())
            {
                items.Add(read(value));
            }
        }

        return items;
    }
}
