using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing;

/// <summary>
/// Many patterns, each with a value, that are matched together: an event costs what it matches, in whole and in part, and not what
/// there is. Immutable: whoever adds or removes a pattern makes a new set, at some microseconds a pattern, or some hundred where it has
/// several lists of values, and puts it in the place of the old one. Any number of threads can match with it at the same time.
/// </summary>
/// <typeparam name="TValue">What is found by patterns: a rule, a target, a handler.</typeparam>
public sealed class EventPatternSet<TValue>
{
    private readonly TValue[] _values;
    private readonly RuleTree _tree;

    /// <summary>Makes a set.</summary>
    /// <param name="rules">The patterns and their values. The same pattern, and the same value, may be there more than once.</param>
    public EventPatternSet(IEnumerable<KeyValuePair<EventPattern, TValue>> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var all = rules.ToList();
        _values = [.. all.Select(rule => rule.Value)];
        _tree = new(all.ConvertAll(rule => rule.Key?.Branches ?? throw new ArgumentException("A pattern is null.", nameof(rules))));
    }

    /// <summary>How many patterns there are.</summary>
    public int Count => _values.Length;

    /// <summary>
    /// Finds the values whose patterns an event matches. Allocates nothing itself, unless the event is huge or nested more than 64 levels
    /// deep.
    /// </summary>
    /// <param name="utf8Event">The event. What is not one JSON object of at most 1,002 levels matches nothing.</param>
    /// <param name="matches">Takes the values, in the order in which the set was given them, a value as often as its patterns match.</param>
    /// <returns>How many were found.</returns>
    public int Match(ReadOnlySpan<byte> utf8Event, ICollection<TValue> matches)
    {
        ArgumentNullException.ThrowIfNull(matches);
        using var scratch = MatchScratch.Take();
        _tree.Match(utf8Event, scratch);
        return Add(scratch.Matches, matches);
    }

    /// <summary>Finds the values whose patterns the attributes of a message match, as an event without nesting.</summary>
    /// <param name="attributes">The attributes.</param>
    /// <param name="matches">Takes the values, in the order in which the set was given them, a value as often as its patterns match.</param>
    /// <returns>How many were found.</returns>
    public int MatchAttributes(ReadOnlySpan<EventAttribute> attributes, ICollection<TValue> matches)
    {
        ArgumentNullException.ThrowIfNull(matches);
        using var scratch = MatchScratch.Take();
        _tree.Match(attributes, scratch);
        return Add(scratch.Matches, matches);
    }

    private int Add(List<int> rules, ICollection<TValue> matches)
    {
        foreach (var rule in rules)
        {
            matches.Add(_values[rule]);
        }

        return rules.Count;
    }
}
