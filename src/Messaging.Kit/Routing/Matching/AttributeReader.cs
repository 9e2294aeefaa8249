using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Messaging.Kit.Routing.Matching;

/// <summary>Presents attributes as the leaves of an event.</summary>
internal static class AttributeReader
{
    public static void Read(ReadOnlySpan<EventAttribute> attributes, PathNode root, MatchScratch scratch)
    {
        scratch.Elements.Clear();
        foreach (ref readonly var attribute in attributes)
        {
            if (attribute.Kind == EventAttributeKind.Binary || attribute.Name is null || attribute.Value is null)
            {
                continue;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(Math.Max(attribute.Name.Length, attribute.Value.Length)));
            if (root.Find(buffer.AsSpan(0, Encoding.UTF8.GetBytes(attribute.Name, buffer))) is { Field: >= 0 and var field })
            {
                AddLeaves(buffer.AsSpan(0, Encoding.UTF8.GetBytes(attribute.Value, buffer)), attribute.Kind, field, scratch.Leaves);
            }

            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void AddLeaves(ReadOnlySpan<byte> value, EventAttributeKind kind, int field, EventLeaves leaves)
    {
        if (kind == EventAttributeKind.Text)
        {
            leaves.AddText(field, 0, value, isEscaped: false);
            return;
        }

        var expected = kind == EventAttributeKind.Number ? JsonTokenType.Number : JsonTokenType.StartArray;
        if (!IsWhole(value, expected))
        {
            return;
        }

        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
            EventReader.AddLeaf(ref reader, leaves, field, element: 0);
        }
    }

    // Read to the end before anything is added: half an array is none.
    private static bool IsWhole(ReadOnlySpan<byte> value, JsonTokenType expected)
    {
        try
        {
            var reader = new Utf8JsonReader(value);
            if (!reader.Read() || reader.TokenType != expected)
            {
                return false;
            }

            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
