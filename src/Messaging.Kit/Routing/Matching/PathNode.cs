using System.Text;

namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// The names that patterns ask for, as a tree: what is not in it is skipped unread. A dot in a name, of a pattern or of an event, is
/// the same as an object within an object.
/// </summary>
internal sealed class PathNode
{
    private readonly Dictionary<byte[], PathNode> _children = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], PathNode>.AlternateLookup<ReadOnlySpan<byte>> _byName;

    public PathNode() => _byName = _children.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The number of the field that ends here; -1 when none does.</summary>
    public int Field { get; set; } = -1;

    public bool HasChildren => _children.Count > 0;

    public PathNode Add(string path)
    {
        var node = this;
        foreach (var name in path.Split('.'))
        {
            var key = Encoding.UTF8.GetBytes(name);
            if (!node._children.TryGetValue(key, out var child))
            {
                node._children.Add(key, child = new());
            }

            node = child;
        }

        return node;
    }

    public PathNode? Find(ReadOnlySpan<byte> name)
    {
        var node = this;
        while (true)
        {
            var dot = name.IndexOf((byte)'.');
            if (!node._byName.TryGetValue(dot < 0 ? name : name[..dot], out var child))
            {
                return null;
            }

            if (dot < 0)
            {
                return child;
            }

            node = child;
            name = name[(dot + 1)..];
        }
    }
}
