namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// Finds targets by how a value begins, or ends. Sorted: the greatest beginning that is not greater than the value is the longest that
/// fits, or what fits are beginnings of it, and each knows the longest other that it begins with.
/// </summary>
internal sealed class AffixIndex(bool atEnd)
{
    private readonly Dictionary<byte[], List<int>> _targets = new(Utf8Comparer.Instance);
    private byte[][] _affixes = [];
    private List<int>[] _found = [];
    private int[] _shorter = [];

    public void Add(byte[] affix, int target)
    {
        if (!_targets.TryGetValue(affix, out var targets))
        {
            _targets.Add(affix, targets = []);
        }

        targets.Add(target);
    }

    public void Complete()
    {
        _affixes = [.. _targets.Keys.Order(Comparer<byte[]>.Create((x, y) => Compare(x, y)))];
        _found = Array.ConvertAll(_affixes, affix => _targets[affix]);
        _shorter = new int[_affixes.Length];
        for (var i = 0; i < _affixes.Length; i++)
        {
            var shorter = i - 1;
            while (shorter >= 0 && !Fits(_affixes[shorter], _affixes[i]))
            {
                shorter = _shorter[shorter];
            }

            _shorter[i] = shorter;
        }

        _targets.Clear();
    }

    public void Find(ReadOnlySpan<byte> value, Targets targets)
    {
        var (low, high) = (0, _affixes.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Compare(_affixes[middle], value) <= 0 ? (middle + 1, high) : (low, middle);
        }

        var affix = low - 1;
        while (affix >= 0 && !Fits(_affixes[affix], value))
        {
            affix = _shorter[affix];
        }

        for (; affix >= 0; affix = _shorter[affix])
        {
            targets.Add(_found[affix]);
        }
    }

    private bool Fits(byte[] affix, ReadOnlySpan<byte> value) => atEnd ? value.EndsWith(affix) : value.StartsWith(affix);

    private int Compare(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        if (!atEnd)
        {
            return x.SequenceCompareTo(y);
        }

        for (var i = 1; i <= x.Length && i <= y.Length; i++)
        {
            if (x[^i] != y[^i])
            {
                return x[^i] - y[^i];
            }
        }

        return x.Length - y.Length;
    }
}
