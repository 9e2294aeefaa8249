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

    // Patterns may be nested deeper than the 64 levels that are read by default.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1_000 };

    /// <summary>The text of a document.</summary>
    public static string Of(JsonNode document) => Write(document, Options);

    /// <summary>The text of a document that people read, in lines.</summary>
    public static string LinesOf(JsonNode document) => $"{Write(document, ForPeople)}\n";

    /// <summary>The document that a text is, as deep as it may be nested.</summary>
    public static JsonNode Read(string text) => JsonNode.Parse(text, documentOptions: Deep)!;

    /// <summary>Whether two texts say the same; services give them back in their own words.</summary>
    public static bool IsSame(string? one, string? other)
    {
        if (one is null || other is null)
        {
            return one == other;
        }

        try
        {
            return JsonNode.DeepEquals(Read(one), Read(other));
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
