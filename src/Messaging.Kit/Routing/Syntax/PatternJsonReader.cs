using System.Text;
using System.Text.Json;

namespace Messaging.Kit.Routing.Syntax;

/// <summary>Reads the JSON of a pattern with the places of its values.</summary>
internal static class PatternJsonReader
{
    /// <summary>Levels of nesting. Names with dots go deeper, and no pattern that a person has written comes near.</summary>
    public const int MaxDepth = 100;

    public static PatternJson Read(PatternText text)
    {
        var reader = new Utf8JsonReader(text.Bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var value = ReadValue(ref reader, text);

            // One Read more finds whatever does not belong behind the value.
            reader.Read();
            return value;
        }
        catch (JsonException exception)
        {
            throw text.Fault(OffsetOf(exception, text.Bytes), "", $"the text is not valid JSON: {FirstSentence(exception.Message)}", exception);
        }
    }

    private static PatternJson ReadValue(ref Utf8JsonReader reader, PatternText text)
    {
        var (kind, offset) = (reader.TokenType, (int)reader.TokenStartIndex);
        switch (kind)
        {
            case JsonTokenType.StartObject:
                var members = new List<PatternMember>();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var (name, start) = (ReadText(ref reader, text), (int)reader.TokenStartIndex);
                    reader.Read();
                    members.Add(new(name, start, ReadValue(ref reader, text)));
                }

                return new() { Kind = kind, Offset = offset, Members = members };
            case JsonTokenType.StartArray:
                var items = new List<PatternJson>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue(ref reader, text));
                }

                return new() { Kind = kind, Offset = offset, Items = items };
            case JsonTokenType.String:
                return new() { Kind = kind, Offset = offset, Text = ReadText(ref reader, text) };
            case JsonTokenType.Number:
                return new() { Kind = kind, Offset = offset, Text = Encoding.UTF8.GetString(reader.ValueSpan) };
            default:
                return new() { Kind = kind, Offset = offset };
        }
    }

    private static string ReadText(ref Utf8JsonReader reader, PatternText text)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw text.Fault((int)reader.TokenStartIndex, "", "the string has half of a surrogate pair, which is no character and can match nothing.", exception);
        }
    }

    private static int OffsetOf(JsonException exception, byte[] bytes)
    {
        var offset = 0;
        for (var line = exception.LineNumber ?? 0; line > 0; line--)
        {
            offset += bytes.AsSpan(offset).IndexOf((byte)'\n') + 1;
        }

        return offset + (int)(exception.BytePositionInLine ?? 0);
    }

    // The rest of the message is the place, in other numbers.
    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
