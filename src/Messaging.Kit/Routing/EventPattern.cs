using System.Diagnostics.CodeAnalysis;
using Messaging.Kit.Routing.Matching;
using Messaging.Kit.Routing.Syntax;

namespace Messaging.Kit.Routing;

/// <summary>
/// A pattern of the event-pattern language: which events somebody wants, as JSON. All fields that it names have to match, each by one
/// of its values. The same text is a rule of a bus and a filter policy of a topic; <see cref="FindFaults"/> tells what a service
/// does not take. Immutable; any number of threads can match with it at the same time.
/// </summary>
/// <remarks>
/// Numbers are compared exactly, whatever their length, with powers of ten up to two thousand million; what is beyond that is as large, or as small, as
/// that.
/// </remarks>
public sealed class EventPattern
{
    private RuleTree? _tree;

    private EventPattern(string json, List<Dictionary<string, PatternField>> branches) => (Json, Branches) = (json, branches);

    /// <summary>The pattern as it was written.</summary>
    public string Json { get; }

    internal IReadOnlyList<Dictionary<string, PatternField>> Branches { get; }

    private RuleTree Tree => _tree ??= new([Branches]);

    /// <summary>Reads a pattern.</summary>
    /// <param name="json">The pattern: JSON of at most 100 levels, and at most 1,000 combinations of <c>$or</c>.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="EventPatternException">The text is no pattern.</exception>
    public static EventPattern Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new(json, PatternParser.Parse(json));
    }

    /// <summary>Reads a pattern, if it is one.</summary>
    /// <param name="json">What may be a pattern.</param>
    /// <param name="pattern">The pattern.</param>
    /// <returns>Whether it is one. <see cref="Parse"/> tells why not.</returns>
    public static bool TryParse([NotNullWhen(true)] string? json, [NotNullWhen(true)] out EventPattern? pattern)
    {
        try
        {
            pattern = json is null ? null : Parse(json);
        }
        catch (EventPatternException)
        {
            pattern = null;
        }

        return pattern is not null;
    }

    /// <summary>Whether an event matches. Allocates nothing, unless the event is huge or nested more than 64 levels deep.</summary>
    /// <param name="utf8Event">
    /// The event. What is not one JSON object of at most 1,002 levels matches nothing, not even a pattern that asks for the absence of a
    /// field. Of a name that an object has twice, both values count.
    /// </param>
    /// <returns>Whether it matches.</returns>
    public bool Matches(ReadOnlySpan<byte> utf8Event)
    {
        using var scratch = MatchScratch.Take();
        Tree.Match(utf8Event, scratch);
        return scratch.Matches.Count > 0;
    }

    /// <summary>
    /// Whether the attributes of a message match, as an event without nesting. Of an array one element is enough, also for
    /// anything-but, which the pages of SNS describe in both ways.
    /// </summary>
    /// <param name="attributes">The attributes.</param>
    /// <returns>Whether they match.</returns>
    public bool MatchesAttributes(ReadOnlySpan<EventAttribute> attributes)
    {
        using var scratch = MatchScratch.Take();
        Tree.Match(attributes, scratch);
        return scratch.Matches.Count > 0;
    }

    /// <summary>What a service would not accept of the pattern. All of it, not only the first.</summary>
    /// <param name="dialect">The service.</param>
    /// <returns>For each fault what is wrong and why; empty when the service takes the pattern.</returns>
    public IReadOnlyList<string> FindFaults(EventPatternDialect dialect) => DialectFaults.Find(Json, dialect);

    /// <summary>The pattern as it was written.</summary>
    /// <returns>JSON.</returns>
    public override string ToString() => Json;
}
