using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Messaging.Kit.Routing.Matching;
using Messaging.Kit.Routing.Templates;

namespace Messaging.Kit.Routing;

/// <summary>
/// Makes the input of a target from an event: values that paths find in the event are put into a template. Immutable; any number of
/// threads can transform with it at the same time.
/// </summary>
/// <remarks>
/// <para>
/// A template that begins with <c>{</c>, <c>[</c> or <c>"</c> is JSON; whitespace between its parts is left out. A placeholder that
/// stands for a value becomes the value as JSON, so a string gets its quotes. Within a string it becomes text: of a string its
/// characters, <b>without escaping them</b>, as the service does it; of anything else its JSON without quotes.
/// Any other template is text, in which a string becomes its characters and anything else its JSON.
/// </para>
/// <para>
/// What a path does not find becomes the empty string where a value stands, and nothing within text. A path with <c>*</c> finds an
/// array of all that it meets. The service is not documented in all of this: the empty string, the missing quotes and
/// the array are what its emulators do. A name in angle brackets that is not defined stays as it is within text.
/// </para>
/// </remarks>
public sealed class InputTransformer
{
    private readonly Dictionary<string, EventPath> _paths;
    private readonly TemplatePart[] _parts;

    private InputTransformer(string template, IReadOnlyDictionary<string, string> names, Dictionary<string, EventPath> paths, TemplatePart[] parts, bool isJson) =>
        (Template, Paths, _paths, _parts, IsJson) = (template, names, paths, parts, isJson);

    /// <summary>The template as it was written.</summary>
    public string Template { get; }

    /// <summary>Names, and where in the event their values are found, as they were written.</summary>
    public IReadOnlyDictionary<string, string> Paths { get; }

    /// <summary>Whether the output is JSON, and not any text.</summary>
    public bool IsJson { get; }

    /// <summary>Reads a transformer.</summary>
    /// <param name="paths">
    /// Names and where their values are found in the event: at most 100. A name has 1 to 256 letters, digits, dashes and
    /// underscores and does not begin with <c>AWS</c>. A path has at most 256 characters: <c>$</c>, <c>.name</c>, <c>[2]</c>, <c>.*</c>
    /// and <c>[*]</c>.
    /// </param>
    /// <param name="template">1 to 8,192 characters, with names in angle brackets.</param>
    /// <returns>The transformer.</returns>
    /// <exception cref="InputTransformerException">A path or the template is wrong, or exceeds a limit of the service.</exception>
    public static InputTransformer Parse(IReadOnlyDictionary<string, string> paths, string template)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(template);
        var read = TransformerPaths.Read(paths);
        var (parts, isJson) = TemplateParser.Parse(template, read);
        return new(template, paths.ToDictionary(StringComparer.Ordinal), read, parts, isJson);
    }

    /// <summary>Makes the input of a target.</summary>
    /// <param name="utf8Event">The event.</param>
    /// <param name="output">Takes the input, as UTF-8.</param>
    /// <param name="context">What the template may name besides the event.</param>
    /// <exception cref="FormatException">The event is not one JSON object of at most 1,002 levels. Nothing is written.</exception>
    public void Transform(ReadOnlySpan<byte> utf8Event, IBufferWriter<byte> output, in TransformContext context)
    {
        ArgumentNullException.ThrowIfNull(output);
        CheckEvent(utf8Event);
        foreach (var part in _parts)
        {
            TemplateWriter.Write(part, utf8Event, _paths, output, context);
        }
    }

    private static void CheckEvent(ReadOnlySpan<byte> utf8Event)
    {
        if (!Utf8.IsValid(utf8Event))
        {
            throw new FormatException("The event is not UTF-8.");
        }

        var reader = new Utf8JsonReader(utf8Event, new JsonReaderOptions { MaxDepth = EventReader.MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("An event is a JSON object.");
            }

            while (reader.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The event is not valid JSON: {exception.Message}", exception);
        }
    }
}
