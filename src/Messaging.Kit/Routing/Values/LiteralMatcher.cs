using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Values;

/// <summary>True, false or null.</summary>
internal sealed class LiteralMatcher(LeafKind kind) : ValueMatcher
{
    public override string Key { get; } = $"l{(int)kind};";

    public override Width Width => Width.One;

    public override bool Matches(EventLeaves leaves, int leaf) => leaves.KindOf(leaf) == kind;

    public override void AddTo(ValueIndex index, int target) => index.AddLiteral(kind, target);
}
