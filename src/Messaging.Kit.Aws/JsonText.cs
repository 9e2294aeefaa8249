using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws;

/// <summary>JSON that is a value of something else: policies, patterns.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions ForPeople = Options with { Indented = true, NewLine = "\n" };

    /// <summary>The text of a document.</summary>
    public static string Of(JsonNode document) => Write(document, Options);

    /// <summary>The text of a document that people read, in lines.</summary>
    public static string LinesOf(JsonNode document) => $"{Write(document, ForPeople)}\n";

    /// <summary>Whether two texts say the same; services give them back in their own words.</summary>
    public static bool IsSame(string? one, string? other)
    {
        if (one is null || other is null)
        {
            return one == other;
        }

        try
        {
            return JsonNode.DeepEquals(JsonNode.Parse(one), JsonNode.Parse(other));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return one == other;
        }
    }

    private static string Write(JsonNode document, JsonWriterOptions options)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, options))
        {
            document.WriteTo(json);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
