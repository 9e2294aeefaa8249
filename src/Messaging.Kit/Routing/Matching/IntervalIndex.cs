namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// Finds the intervals in which a value lies: a balanced tree over those sorted by where they begin, in which each node knows the
/// greatest end below it.
/// </summary>
internal sealed class IntervalIndex
{
    private readonly List<Interval> _added = [];
    private Interval[] _intervals = [];
    private byte[][] _greatestEnds = [];

    public void Add(byte[] low, byte[] high, int target) => _added.Add(new(low, high, target));

    public void Complete()
    {
        _intervals = [.. _added.Order(Comparer<Interval>.Create((x, y) => x.Low.AsSpan().SequenceCompareTo(y.Low)))];
        _greatestEnds = new byte[_intervals.Length][];
        Measure(0, _intervals.Length);
        _added.Clear();
    }

    public void Find(ReadOnlySpan<byte> value, Targets targets) => Find(0, _intervals.Length, value, targets);

    private void Find(int from, int to, ReadOnlySpan<byte> value, Targets targets)
    {
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (value.SequenceCompareTo(_greatestEnds[middle]) >= 0)
            {
                return;
            }

            Find(from, middle, value, targets);
            if (value.SequenceCompareTo(_intervals[middle].Low) < 0)
            {
                return;
            }

            if (value.SequenceCompareTo(_intervals[middle].High) < 0)
            {
                targets.Add(_intervals[middle].Target);
            }

            from = middle + 1;
        }
    }

    private byte[] Measure(int from, int to)
    {
        if (from == to)
        {
            return [];
        }

        var middle = (from + to) / 2;
        var greatest = Greater(_intervals[middle].High, Greater(Measure(from, middle), Measure(middle + 1, to)));
        return _greatestEnds[middle] = greatest;
    }

    private static byte[] Greater(byte[] x, byte[] y) => x.AsSpan().SequenceCompareTo(y) >= 0 ? x : y;

    private readonly record struct Interval(byte[] Low, byte[] High, int Target);
}
