using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Matching;

/// <summary>What a rule asks of one field.</summary>
internal sealed class FieldTest(int field, IEnumerable<ValueMatcher> matchers)
{
    private readonly ValueMatcher[] _matchers = [.. matchers];

    /// <summary>The number of the field.</summary>
    public int Field { get; } = field;

    public ReadOnlySpan<ValueMatcher> Matchers => _matchers;

    public bool MatchesAbsence { get; } = matchers.Any(matcher => matcher.MatchesAbsence);

    public bool Matches(EventLeaves leaves, int leaf)
    {
        foreach (var matcher in _matchers)
        {
            if (matcher.Matches(leaves, leaf))
            {
                return true;
            }
        }

        return false;
    }
}
