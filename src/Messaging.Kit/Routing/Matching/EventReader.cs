using System.Text.Json;
using System.Text.Unicode;
using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Matching;

/// <summary>Reads what is asked for out of an event, in one pass, without a document and without recursion.</summary>
internal static class EventReader
{
    /// <summary>
    /// Levels of nesting: 1,000 of a body, as many as the service takes in a detail, and two around it where the body is no object. What is nested
    /// deeper is taken for no event.
    /// </summary>
    public const int MaxDepth = 1_002;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads an event into the leaves and elements of the scratch memory.</summary>
    /// <returns>Whether it is one: a single JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> utf8Event, PathNode root, MatchScratch scratch)
    {
        scratch.Elements.Clear();

        // The reader does not look into texts.
        if (!Utf8.IsValid(utf8Event))
        {
            return false;
        }

        var reader = new Utf8JsonReader(utf8Event, Options);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            scratch.Levels.Push(new(root, 0, 0, false));
            while (scratch.Levels.Count > 0 && reader.Read())
            {
                ReadToken(ref reader, scratch);
            }

            // One Read more finds whatever does not belong behind the object.
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Adds the value at which the reader stands, if it is one by itself and a field ends there.</summary>
    public static void AddLeaf(ref Utf8JsonReader reader, EventLeaves leaves, int field, int element)
    {
        switch (reader.TokenType)
        {
            case var _ when field < 0:
            case JsonTokenType.StartArray or JsonTokenType.EndArray:
                break;
            case JsonTokenType.String:
                leaves.AddText(field, element, reader.ValueSpan, reader.ValueIsEscaped);
                break;
            case JsonTokenType.Number:
                leaves.AddNumber(field, element, reader.ValueSpan);
                break;
            default:
                leaves.AddLiteral(field, element, reader.TokenType switch
                {
                    JsonTokenType.True => LeafKind.True,
                    JsonTokenType.False => LeafKind.False,
                    _ => LeafKind.Null,
                });
                break;
        }
    }

    private static void ReadToken(ref Utf8JsonReader reader, MatchScratch scratch)
    {
        var level = scratch.Levels.Peek();
        switch (reader.TokenType)
        {
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                scratch.Levels.Pop();
                if (level.IsElement)
                {
                    scratch.Elements.End(level.Element);
                }

                break;
            case JsonTokenType.PropertyName:
                var node = level.Node.Find(reader.ValueIsEscaped ? scratch.Leaves.DecodeName(reader.ValueSpan) : reader.ValueSpan);
                reader.Read();
                if (node is null)
                {
                    reader.Skip();
                }
                else
                {
                    ReadValue(ref reader, scratch, node, level);
                }

                break;
            default:
                ReadValue(ref reader, scratch, level.Node, level);
                break;
        }
    }

    private static void ReadValue(ref Utf8JsonReader reader, MatchScratch scratch, PathNode node, ReaderLevel level)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when !node.HasChildren:
                reader.Skip();
                break;
            case JsonTokenType.StartObject:
                Descend(scratch, node, level, array: 0);
                break;
            case JsonTokenType.StartArray:
                Descend(scratch, node, level, scratch.Elements.BeginArray());
                break;
            default:
                AddLeaf(ref reader, scratch.Leaves, node.Field, level.Element);
                break;
        }
    }

    private static void Descend(MatchScratch scratch, PathNode node, ReaderLevel level, int array)
    {
        var isElement = level.Array > 0;
        scratch.Levels.Push(new(node, isElement ? scratch.Elements.Begin(level.Element, level.Array) : level.Element, array, isElement));
    }
}
