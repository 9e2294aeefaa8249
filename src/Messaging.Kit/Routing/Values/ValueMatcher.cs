using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Values;

/// <summary>What a value may be. Immutable.</summary>
internal abstract class ValueMatcher
{
    /// <summary>Matchers with the same key match the same.</summary>
    public abstract string Key { get; }

    public abstract Width Width { get; }

    /// <summary>Whether a field that is absent matches.</summary>
    public virtual bool MatchesAbsence => false;

    public abstract bool Matches(EventLeaves leaves, int leaf);

    /// <summary>Adds itself to an index, which then finds the target by the values that match.</summary>
    public abstract void AddTo(ValueIndex index, int target);
}
