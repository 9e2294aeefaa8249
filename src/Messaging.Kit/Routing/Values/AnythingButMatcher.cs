using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Values;

/// <summary>Any value, of any type, that none of the others matches. Of an array one such element is enough.</summary>
internal sealed class AnythingButMatcher(IReadOnlyList<ValueMatcher> excluded) : ValueMatcher
{
    public override string Key { get; } = $"b({string.Concat(excluded.Select(matcher => matcher.Key).Distinct().Order(StringComparer.Ordinal))});";

    public override Width Width => Width.Most;

    public override bool Matches(EventLeaves leaves, int leaf)
    {
        // A loop without an enumerator, which would be an allocation.
        for (var i = 0; i < excluded.Count; i++)
        {
            if (excluded[i].Matches(leaves, leaf))
            {
                return false;
            }
        }

        return true;
    }

    public override void AddTo(ValueIndex index, int target) => index.AddAnythingBut(excluded, target);
}
