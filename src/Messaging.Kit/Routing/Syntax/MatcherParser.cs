using System.Text.Json;
using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Syntax;

/// <summary>Reads what the value of a field may be.</summary>
internal sealed class MatcherParser(PatternText text)
{
    public List<ValueMatcher> ReadAll(PatternJson array, string place, bool isOr)
    {
        if (array.Items.Count == 0)
        {
            throw text.Fault(array.Offset, place, "an empty array matches nothing. Name at least one value.");
        }

        var matchers = new List<ValueMatcher>(array.Items.Count);
        for (var i = 0; i < array.Items.Count; i++)
        {
            matchers.Add(Read(array.Items[i], $"{place}[{i}]", isOr));
        }

        return matchers;
    }

    private ValueMatcher Read(PatternJson value, string place, bool isOr) => value.Kind switch
    {
        JsonTokenType.String => IpAddress.TryRead(value.Text) is { } address ? RangeMatcher.At(LeafKind.Text, address) : new TextMatcher(value.Text),
        JsonTokenType.Number => RangeMatcher.At(LeafKind.Number, NumberKey.Of(value.Text)),
        JsonTokenType.True => new LiteralMatcher(LeafKind.True),
        JsonTokenType.False => new LiteralMatcher(LeafKind.False),
        JsonTokenType.Null => new LiteralMatcher(LeafKind.Null),
        JsonTokenType.StartObject => ReadOperator(value, place, isOr),
        _ => throw text.Fault(value.Offset, place, "a value is a string, a number, true, false, null, or an object with one operator, and not an array within the array."),
    };

    private ValueMatcher ReadOperator(PatternJson node, string place, bool isOr)
    {
        var (name, offset, value) = Single(node, place, "an operator");
        place = $"{place}.{name}";
        return name switch
        {
            "exactly" => new TextMatcher(ReadText(value, place)),
            "equals-ignore-case" => new TextMatcher(ReadText(value, place), ignoreCase: true),
            "prefix" => ReadAffix(value, place, TextPart.Start),
            "suffix" => ReadAffix(value, place, TextPart.End),
            "wildcard" => ReadWildcard(value, place),
            "anything-but" => ReadAnythingBut(value, place),
            "numeric" => ReadNumeric(value, place),
            "cidr" => ReadCidr(value, place),
            "exists" => ReadExists(value, place),
            _ => throw text.Fault(offset, place, isOr
                ? $"'{name}' is no operator. (This $or is read as a field of that name: the relation $or is an array of at least two objects, whose fields, and those below them, are not named like operators.)"
                : $"'{name}' is no operator. There are prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, cidr, exists and exactly."),
        };
    }

    private TextMatcher ReadAffix(PatternJson value, string place, TextPart part)
    {
        if (!value.IsObject)
        {
            return new(ReadText(value, place, " or {\"equals-ignore-case\": \"...\"}"), part);
        }

        var (name, offset, inner) = Single(value, place, "equals-ignore-case");
        return name == "equals-ignore-case"
            ? new(ReadText(inner, $"{place}.{name}"), part, ignoreCase: true)
            : throw text.Fault(offset, place, $"'{name}' cannot stand here, only equals-ignore-case can.");
    }

    private WildcardMatcher ReadWildcard(PatternJson value, string place)
    {
        try
        {
            return new(ReadText(value, place));
        }
        catch (FormatException exception) when (exception is not EventPatternException)
        {
            throw text.Fault(value.Offset, place, exception.Message, exception);
        }
    }

    private AnythingButMatcher ReadAnythingBut(PatternJson value, string place)
    {
        if (!value.IsObject)
        {
            var all = ReadList(value, place, "a string, a number, or a list of either");
            return all.TrueForAll(item => item.IsText) || all.TrueForAll(item => item.IsNumber)
                ? new(all.ConvertAll<ValueMatcher>(item => item.IsText ? new TextMatcher(item.Text) : RangeMatcher.At(LeafKind.Number, NumberKey.Of(item.Text))))
                : throw text.Fault(value.Offset, place, "the list has to be all strings or all numbers; true, false and null cannot be excluded.");
        }

        var (name, offset, inner) = Single(value, place, "an operator");
        place = $"{place}.{name}";
        if (name is not ("prefix" or "suffix" or "equals-ignore-case" or "wildcard"))
        {
            throw text.Fault(offset, place, $"anything-but cannot exclude by '{name}': only by value, prefix, suffix, equals-ignore-case and wildcard.");
        }

        return new(ReadList(inner, place, "a string or a list of strings").ConvertAll<ValueMatcher>(item =>
        {
            var excluded = ReadText(item, place);
            return name switch
            {
                "equals-ignore-case" => new TextMatcher(excluded, ignoreCase: true),
                "wildcard" => ReadWildcard(item, place),
                _ when excluded.Length == 0 => throw text.Fault(item.Offset, place, $"every string has the empty {name}: with it excluded no string would match."),
                "prefix" => new TextMatcher(excluded, TextPart.Start),
                _ => new TextMatcher(excluded, TextPart.End),
            };
        }));
    }

    private List<PatternJson> ReadList(PatternJson value, string place, string expected) => value switch
    {
        { IsText: true } or { IsNumber: true } => [value],
        { IsArray: true, Items.Count: > 0 } => [.. value.Items],
        { IsArray: true } => throw text.Fault(value.Offset, place, "an empty list excludes nothing. For any value at all use {\"exists\": true}."),
        _ => throw text.Fault(value.Offset, place, $"expected is {expected}, and this is {value.Description}."),
    };

    private RangeMatcher ReadNumeric(PatternJson value, string place)
    {
        const string forms = "The forms are [\"=\", n], [\">\" or \">=\" or \"<\" or \"<=\", n], and a range from below to above: [\">=\", 0, \"<\", 10].";
        if (!value.IsArray || value.Items.Count is not (2 or 4))
        {
            throw text.Fault(value.Offset, place, $"expected is an array of one or two comparisons. {forms}");
        }

        var (low, high) = (RangeMatcher.Lowest, RangeMatcher.Highest);
        for (var i = 0; i < value.Items.Count; i += 2)
        {
            var (comparison, operand) = (value.Items[i], value.Items[i + 1]);
            var isAllowed = comparison.IsText && (i, comparison.Text, value.Items.Count) switch
            {
                (0, "=" or "<" or "<=", 2) or (0, ">" or ">=", _) or (2, "<" or "<=", _) => true,
                _ => false,
            };
            if (!isAllowed)
            {
                throw text.Fault(comparison.Offset, $"{place}[{i}]", $"this comparison cannot stand here. {forms}");
            }

            if (!operand.IsNumber)
            {
                throw text.Fault(operand.Offset, $"{place}[{i + 1}]", $"'{comparison.Text}' compares with a number, and this is {operand.Description}.");
            }

            var number = NumberKey.Of(operand.Text);
            low = comparison.Text switch { "=" or ">=" => number, ">" => RangeMatcher.After(number), _ => low };
            high = comparison.Text switch { "=" or "<=" => RangeMatcher.After(number), "<" => number, _ => high };
        }

        // A range of one number is refused by the service as well, which wants the bottom strictly below the top.
        return value.Items.Count == 4 && NumberKey.Of(value.Items[1].Text).AsSpan().SequenceCompareTo(NumberKey.Of(value.Items[3].Text)) >= 0
            ? throw text.Fault(value.Offset, place, "the bottom of a range has to be below its top. For a single number use [\"=\", n].")
            : new(LeafKind.Number, low, high);
    }

    private RangeMatcher ReadCidr(PatternJson value, string place)
    {
        try
        {
            return IpAddress.ReadBlock(ReadText(value, place));
        }
        catch (FormatException exception) when (exception is not EventPatternException)
        {
            throw text.Fault(value.Offset, place, exception.Message, exception);
        }
    }

    private ExistsMatcher ReadExists(PatternJson value, string place) => value.Kind switch
    {
        JsonTokenType.True => new(true),
        JsonTokenType.False => new(false),
        _ => throw text.Fault(value.Offset, place, $"exists is true or false, and this is {value.Description}."),
    };

    private PatternMember Single(PatternJson node, string place, string expected) => node.Members.Count switch
    {
        1 => node.Members[0],
        0 => throw text.Fault(node.Offset, place, $"the object is empty. Expected is {expected}."),
        _ => throw text.Fault(node.Members[1].Offset, place, $"only one key is allowed here, {expected}. Alternatives are further elements of the array."),
    };

    private string ReadText(PatternJson value, string place, string orElse = "") =>
        value.IsText ? value.Text : throw text.Fault(value.Offset, place, $"expected is a string{orElse}, and this is {value.Description}.");
}
