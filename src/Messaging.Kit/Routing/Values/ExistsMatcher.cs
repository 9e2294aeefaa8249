using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Values;

/// <summary>A field with any value, or one that has none.</summary>
internal sealed class ExistsMatcher(bool exists) : ValueMatcher
{
    public override string Key { get; } = exists ? "e1;" : "e0;";

    public override Width Width => exists ? Width.Most : Width.Absent;

    public override bool MatchesAbsence => !exists;

    public override bool Matches(EventLeaves leaves, int leaf) => exists;

    public override void AddTo(ValueIndex index, int target)
    {
        if (exists)
        {
            index.AddAny(target);
        }
    }
}
