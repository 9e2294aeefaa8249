using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Templates;

/// <summary>Writes the parts of a template.</summary>
internal static class TemplateWriter
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(
        in TemplatePart part, ReadOnlySpan<byte> utf8Event, Dictionary<string, EventPath> paths, IBufferWriter<byte> output, in TransformContext context)
    {
        switch (part.Name)
        {
            case null:
                output.Write(part.Literal);
                break;
            case Reserved.RuleArn:
                WriteText(context.RuleArn, part.Place, output);
                break;
            case Reserved.RuleName:
                WriteText(context.RuleName, part.Place, output);
                break;
            case Reserved.IngestionTime:
                WriteText(context.IngestionTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), part.Place, output);
                break;
            case Reserved.WholeEvent:
                WriteJson(utf8Event, part.Place, output);
                break;
            case Reserved.Event:
                WriteWithoutDetail(utf8Event, output);
                break;
            default:
                WriteFound(paths[part.Name], utf8Event, part.Place, output);
                break;
        }
    }

    private static void WriteFound(EventPath path, ReadOnlySpan<byte> utf8Event, TemplatePlace place, IBufferWriter<byte> output)
    {
        var found = new List<Range>(1);
        path.Find(utf8Event, found);
        if (!path.HasStar)
        {
            if (found.Count > 0)
            {
                WriteJson(utf8Event[found[0]], place, output);
            }
            else
            {
                WriteText("", place, output);
            }

            return;
        }

        output.Write("["u8);
        for (var i = 0; i < found.Count; i++)
        {
            output.Write(i == 0 ? [] : ","u8);
            WriteJson(utf8Event[found[i]], place, output, isElement: true);
        }

        output.Write("]"u8);
    }

    private static void WriteText(string? text, TemplatePlace place, IBufferWriter<byte> output)
    {
        if (place == TemplatePlace.Value)
        {
            using var writer = new Utf8JsonWriter(output, WriterOptions);
            writer.WriteStringValue(text ?? "");
        }
        else
        {
            Encoding.UTF8.GetBytes(text ?? "", output);
        }
    }

    private static void WriteJson(ReadOnlySpan<byte> json, TemplatePlace place, IBufferWriter<byte> output, bool isElement = false)
    {
        if (place != TemplatePlace.Value && !isElement && json[0] == '"')
        {
            var text = json[1..^1];
            var room = output.GetSpan(Math.Max(1, text.Length));
            output.Advance(JsonEscapes.Decode(text, room));
            return;
        }

        var (start, inString) = (0, false);
        for (var at = 0; at < json.Length; at++)
        {
            var isLeftOut = inString ? json[at] == '"' && place == TemplatePlace.String : json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' || (json[at] == '"' && place == TemplatePlace.String);
            inString ^= json[at] == '"';
            if (isLeftOut)
            {
                output.Write(json[start..at]);
                start = at + 1;
            }
            else if (inString && json[at] == '\\')
            {
                at++;
            }
        }

        output.Write(json[start..]);
    }

    private static void WriteWithoutDetail(ReadOnlySpan<byte> utf8Event, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(utf8Event, new JsonReaderOptions { MaxDepth = EventReader.MaxDepth });
        reader.Read();
        output.Write("{"u8);
        for (var isFirst = true; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
        {
            var (start, isDetail) = ((int)reader.TokenStartIndex, reader.ValueTextEquals("detail"u8));
            reader.Read();
            reader.Skip();
            if (!isDetail)
            {
                output.Write(isFirst ? [] : ","u8);
                WriteJson(utf8Event[start..(int)reader.BytesConsumed], TemplatePlace.Value, output);
                isFirst = false;
            }
        }

        output.Write("}"u8);
    }
}
