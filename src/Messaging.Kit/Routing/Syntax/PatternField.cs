using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Syntax;

/// <summary>A field that a pattern names, and what its value may be: one of several.</summary>
internal sealed class PatternField
{
    public PatternField(string path, IReadOnlyList<ValueMatcher> matchers)
    {
        (Path, Matchers) = (path, matchers);
        Key = string.Concat(matchers.Select(matcher => matcher.Key).Distinct().Order(StringComparer.Ordinal).Prepend($"{path.Length}:{path}"));
    }

    /// <summary>The names that lead to the field, with dots between them.</summary>
    public string Path { get; }

    public IReadOnlyList<ValueMatcher> Matchers { get; }

    /// <summary>Fields with the same key ask the same of an event.</summary>
    public string Key { get; }

    /// <summary>Whether the field may be absent.</summary>
    public bool MatchesAbsence => Matchers.Any(matcher => matcher.MatchesAbsence);

    /// <summary>How many values get through: as many as through its widest matcher.</summary>
    public Width Width => Matchers.Max(matcher => matcher.Width);
}
