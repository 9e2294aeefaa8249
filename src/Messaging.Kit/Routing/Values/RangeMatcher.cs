using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Values;

/// <summary>
/// Numbers, or strings that are IP addresses, from a lower bound up to and without an upper one. Both are compared by keys whose order
/// as bytes is the order of what they stand for, and of which none begins with another: the key with a zero behind it comes
/// right after the key, so that one form of range has all kinds of bounds.
/// </summary>
internal sealed class RangeMatcher : ValueMatcher
{
    private readonly LeafKind _kind;
    private readonly byte[] _low, _high;
    private readonly bool _isPoint;

    public RangeMatcher(LeafKind kind, byte[] low, byte[] high)
    {
        (_kind, _low, _high) = (kind, low, high);
        _isPoint = high.Length == low.Length + 1 && high[^1] == 0 && high.AsSpan().StartsWith(low);
        Key = $"r{(kind == LeafKind.Number ? 'n' : 'a')}{Convert.ToHexString(low)}-{Convert.ToHexString(high)};";
    }

    /// <summary>A bound below all keys.</summary>
    public static byte[] Lowest { get; } = [];

    /// <summary>A bound above all keys.</summary>
    public static byte[] Highest { get; } = [0xFF];

    public override string Key { get; }

    public override Width Width => _isPoint ? Width.One : Width.Many;

    /// <summary>The range of one value.</summary>
    public static RangeMatcher At(LeafKind kind, byte[] key) => new(kind, key, After(key));

    /// <summary>The bound right after a key.</summary>
    public static byte[] After(byte[] key) => [.. key, 0];

    public override bool Matches(EventLeaves leaves, int leaf)
    {
        if (leaves.KindOf(leaf) != _kind)
        {
            return false;
        }

        var value = _kind == LeafKind.Number ? leaves.ValueOf(leaf) : leaves.AddressOf(leaf);
        if (_isPoint)
        {
            return value.SequenceEqual(_low);
        }

        return (_kind == LeafKind.Number || !value.IsEmpty) && _low.AsSpan().SequenceCompareTo(value) <= 0 && value.SequenceCompareTo(_high) < 0;
    }

    public override void AddTo(ValueIndex index, int target)
    {
        if (_isPoint)
        {
            index.AddPoint(_kind, _low, target);
        }
        else
        {
            index.AddRange(_kind, _low, _high, target);
        }
    }
}
