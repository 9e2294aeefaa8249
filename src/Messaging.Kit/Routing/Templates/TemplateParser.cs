using System.Text;
using System.Text.Json;

namespace Messaging.Kit.Routing.Templates;

/// <summary>Takes a template apart.</summary>
internal sealed class TemplateParser
{
    private const int MaxLength = 8_192;

    private readonly string _template;
    private readonly Dictionary<string, EventPath> _paths;
    private readonly List<TemplatePart> _parts = [];
    private readonly StringBuilder _literal = new();

    // The template with a value in the place of each placeholder, of the same length where it can be: what has to be valid JSON.
    private readonly StringBuilder _sample = new();

    private TemplateParser(string template, Dictionary<string, EventPath> paths) => (_template, _paths) = (template, paths);

    public static (TemplatePart[] Parts, bool IsJson) Parse(string template, Dictionary<string, EventPath> paths)
    {
        if (template.Length is 0 or > MaxLength)
        {
            throw new InputTransformerException($"The template has {template.Length:N0} characters; 1 to {MaxLength:N0} are allowed.");
        }

        var first = template.AsSpan().TrimStart();
        var parser = new TemplateParser(template, paths);
        var isJson = first.Length > 0 && first[0] is '{' or '[' or '"' && parser.TryReadJson(mustBe: first[0] != '"');
        if (!isJson)
        {
            parser = new(template, paths);
            parser.ReadText();
        }

        return ([.. parser._parts], isJson);
    }

    private void ReadText()
    {
        for (var at = 0; at < _template.Length;)
        {
            at = TryReadPlaceholder(at, TemplatePlace.Text, out var end) ? end : Keep(at);
        }

        EndLiteral();
    }

    // What begins with a quote may be one string of JSON, and may be several lines that are not.
    private bool TryReadJson(bool mustBe)
    {
        var inString = false;
        for (var at = 0; at < _template.Length;)
        {
            if (TryReadPlaceholder(at, inString ? TemplatePlace.String : TemplatePlace.Value, out var end))
            {
                at = end;
            }
            else if (inString && _template[at] == '\\' && at + 1 < _template.Length)
            {
                at = Keep(Keep(at));
            }
            else
            {
                inString ^= _template[at] == '"';
                at = inString || !char.IsWhiteSpace(_template[at]) ? Keep(at) : at + 1;
            }
        }

        EndLiteral();
        return IsValid(mustBe);
    }

    private bool IsValid(bool mustBe)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(_sample.ToString()));
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.Contains((byte)0x7F))
                {
                    throw new InputTransformerException("The template has a placeholder in the name of a field. It can only be a value, or part of one.");
                }
            }

            return true;
        }
        catch (JsonException exception)
        {
            return mustBe
                ? throw new InputTransformerException($"The template begins like JSON and is none, with values in the place of its placeholders: {exception.Message}", exception)
                : false;
        }
    }

    private bool TryReadPlaceholder(int at, TemplatePlace place, out int end)
    {
        end = _template[at] == '<' ? _template.IndexOf('>', at) + 1 : 0;
        if (end == 0)
        {
            return false;
        }

        var name = _template[(at + 1)..(end - 1)];
        if (!_paths.ContainsKey(name) && !Reserved.Contains(name))
        {
            return place != TemplatePlace.Value && !name.StartsWith(Reserved.Prefix, StringComparison.Ordinal)
                ? false
                : throw new InputTransformerException(
                    $"The template names <{name}> at character {at}, which is not defined. There are {string.Join(", ", _paths.Keys.Append(Reserved.RuleArn).Append(Reserved.RuleName).Append(Reserved.IngestionTime).Append(Reserved.Event).Append(Reserved.WholeEvent))}.");
        }

        if (place == TemplatePlace.String && Reserved.IsObject(name))
        {
            throw new InputTransformerException($"The template has <{name}> at character {at} within a string. It is an object, which would not be escaped: it can only be a value.");
        }

        EndLiteral();
        _parts.Add(new([], name, place));

        // Within a string a character that a template has no reason to have, so that names of fields can be told.
        _sample.Append(place == TemplatePlace.Value ? "\"\u007F\"" : "\u007F");
        return true;
    }

    private int Keep(int at)
    {
        _literal.Append(_template[at]);
        _sample.Append(_template[at]);
        return at + 1;
    }

    private void EndLiteral()
    {
        if (_literal.Length > 0)
        {
            _parts.Add(new(Encoding.UTF8.GetBytes(_literal.ToString()), null, default));
            _literal.Clear();
        }
    }
}
