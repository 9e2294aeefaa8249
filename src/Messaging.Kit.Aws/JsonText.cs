using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws;

/// <summary>JSON that is a value of something else: policies, patterns.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a document.</summary>
    public static string Of(JsonNode document)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            document.WriteTo(json);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

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
        catch (JsonException)
        {
            return one == other;
        }
    }
}
