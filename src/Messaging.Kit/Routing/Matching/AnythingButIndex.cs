using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Matching;

/// <summary>Finds targets by what a value must not be: all but those whose exclusions an inner index finds.</summary>
internal sealed class AnythingButIndex
{
    private readonly List<int> _targets = [];
    private readonly ValueIndex _exclusions = new();

    public void Add(IReadOnlyList<ValueMatcher> excluded, int target)
    {
        foreach (var matcher in excluded)
        {
            matcher.AddTo(_exclusions, _targets.Count);
        }

        _targets.Add(target);
    }

    public void Complete() => _exclusions.Complete();

    public void Find(MatchScratch scratch, int leaf, Targets targets)
    {
        scratch.Excluded.Clear(_targets.Count);
        _exclusions.Find(scratch, leaf, scratch.Excluded);
        for (var i = 0; i < _targets.Count; i++)
        {
            if (!scratch.Excluded.Contains(i))
            {
                targets.Add(_targets[i]);
            }
        }
    }
}
