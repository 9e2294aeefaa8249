using System.Runtime.InteropServices;

namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// Fields of the same array have to match within the same element of it. Asked for a conjunction whose fields all match somewhere:
/// whether they do so together.
/// </summary>
/// <remarks>
/// Each field has candidates, the elements in which it matches, sorted. Whatever lies in an element is a run of them, so an element
/// is entered by narrowing runs, and every array is decided for itself: the work grows with the candidates, not with their
/// combinations. Only when a field is found in several arrays below one object, which takes a name that is given twice, are
/// the arrays tried one after the other.
/// </remarks>
internal sealed class ArrayConsistency
{
    // How much is tried, and for each candidate. Without names that are given twice two for each would do; with them it is enough for whoever
    // writes one twice by accident, and little work for whoever does so a thousand times, or in the largest of events.
    private const int Tries = 1_000, TriesOfCandidate = 16;

    private readonly List<int> _candidates = [];
    private readonly List<(int Start, int End)> _runs = [];
    private ArrayElements _elements = null!;
    private int _triesLeft;

    private Span<int> Candidates => CollectionsMarshal.AsSpan(_candidates);

    public bool Holds(FieldTest[] fields, MatchScratch scratch)
    {
        var inArrays = 0;
        foreach (var field in fields)
        {
            inArrays += scratch.Leaves.IsInArray(field.Field) ? 1 : 0;
        }

        if (inArrays < 2)
        {
            return true;
        }

        _candidates.Clear();
        _runs.Clear();
        _elements = scratch.Elements;
        foreach (var field in fields)
        {
            if (scratch.Leaves.IsInArray(field.Field) && !TryFindCandidates(field, scratch.Leaves))
            {
                return false;
            }
        }

        _triesLeft = Tries + (TriesOfCandidate * _candidates.Count);
        return _runs.Count < 2 || Holds(0, _runs.Count, 0);
    }

    private bool TryFindCandidates(FieldTest field, EventLeaves leaves)
    {
        var start = _candidates.Count;
        for (var leaf = leaves.FirstOf(field.Field); leaf >= 0; leaf = leaves.NextOf(leaf))
        {
            if (!field.Matches(leaves, leaf))
            {
                continue;
            }

            if (leaves.ElementOf(leaf) == 0)
            {
                // Outside of arrays it goes together with everything.
                _candidates.RemoveRange(start, _candidates.Count - start);
                return true;
            }

            _candidates.Add(leaves.ElementOf(leaf));
        }

        if (_candidates.Count == start)
        {
            return false;
        }

        Candidates[start..].Sort();
        _runs.Add((start, _candidates.Count));
        return true;
    }

    // Whether the runs from one to another, which all lie in the element, go together. They are used up: an empty one is done with.
    private bool Holds(int from, int to, int element)
    {
        element = NarrowestOf(from, to, element);
        for (var i = from; i < to; i++)
        {
            if (_candidates[_runs[i].Start] == element)
            {
                _runs[i] = default;
            }
        }

        for (var i = from; i < to; i++)
        {
            var (start, end) = _runs[i];
            if (start < end && ArrayBelow(element, start) != ArrayBelow(element, end - 1))
            {
                return HoldsInOneArray(from, to, i, element);
            }
        }

        for (var i = from; i < to; i++)
        {
            if (_runs[i].Start < _runs[i].End && !HoldsInElement(i, to, element))
            {
                return false;
            }
        }

        return true;
    }

    // The narrowest element that the runs lie in: on the way to it there is nothing to choose, however deep it is.
    private int NarrowestOf(int from, int to, int element)
    {
        var (first, last) = (int.MaxValue, element);
        for (var i = from; i < to; i++)
        {
            if (_runs[i].Start < _runs[i].End)
            {
                first = Math.Min(first, _candidates[_runs[i].Start]);
                last = Math.Max(last, _candidates[_runs[i].End - 1]);
            }
        }

        return _elements.CommonOf(first, last);
    }

    private bool HoldsInOneArray(int from, int to, int ambiguous, int element)
    {
        var (start, end) = _runs[ambiguous];
        while (start < end && _triesLeft-- > 0)
        {
            var next = EndOfArray(element, start, end);
            var copy = _runs.Count;
            for (var i = from; i < to; i++)
            {
                _runs.Add(i == ambiguous ? (start, next) : _runs[i]);
            }

            if (HoldsAndForget(copy, element))
            {
                return true;
            }

            start = next;
        }

        return false;
    }

    // Takes the run and all behind it that lie in the same array, and looks for an element that has a candidate of each.
    private bool HoldsInElement(int first, int to, int element)
    {
        var group = _runs.Count;
        var array = ArrayBelow(element, _runs[first].Start);
        for (var i = first; i < to; i++)
        {
            if (_runs[i].Start < _runs[i].End && ArrayBelow(element, _runs[i].Start) == array)
            {
                _runs.Add(_runs[i]);
                _runs[i] = default;
            }
        }

        var groupEnd = _runs.Count;
        var (start, end) = _runs[group];
        var holds = groupEnd - group == 1;
        while (!holds && start < end && _triesLeft-- > 0)
        {
            var child = _elements.ChildOf(element, _candidates[start]);
            var childEnd = _elements.EndOf(child);
            for (var i = group; i < groupEnd && Narrow(_runs[i], child, childEnd) is var run && run.Start < run.End; i++)
            {
                _runs.Add(run);
            }

            holds = _runs.Count - groupEnd == groupEnd - group && Holds(groupEnd, _runs.Count, child);
            _runs.RemoveRange(groupEnd, _runs.Count - groupEnd);
            start = Narrow((start, end), childEnd, int.MaxValue).Start;
        }

        _runs.RemoveRange(group, groupEnd - group);
        return holds;
    }

    private bool HoldsAndForget(int from, int element)
    {
        var to = _runs.Count;
        var holds = Holds(from, to, element);
        _runs.RemoveRange(from, to - from);
        return holds;
    }

    // Arrays are numbered in the order of the text, as their elements are.
    private int EndOfArray(int element, int start, int end)
    {
        var (low, high, array) = (start + 1, end, ArrayBelow(element, start));
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ArrayBelow(element, middle) == array ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private int ArrayBelow(int element, int candidate) => _elements.ArrayOf(_elements.ChildOf(element, _candidates[candidate]));

    private (int Start, int End) Narrow((int Start, int End) run, int low, int high)
    {
        var start = run.Start + FirstNotBelow(Candidates[run.Start..run.End], low);
        return (start, start + FirstNotBelow(Candidates[start..run.End], high));
    }

    private static int FirstNotBelow(ReadOnlySpan<int> sorted, int value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
