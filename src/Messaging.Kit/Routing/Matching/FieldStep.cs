namespace Messaging.Kit.Routing.Matching;

/// <summary>The ways on from a node that ask for one field.</summary>
internal sealed class FieldStep(int field)
{
    // Up to so many matchers are asked one by one, which is faster than an index.
    private const int MaxAsked = 8;

    private readonly List<(FieldTest Test, int Child)> _children = [];
    private readonly List<int> _whenAbsent = [];
    private ValueIndex? _index;

    public bool TakesAbsence => _whenAbsent.Count > 0;

    public void Add(FieldTest test, int child)
    {
        _children.Add((test, child));
        if (test.MatchesAbsence)
        {
            _whenAbsent.Add(child);
        }
    }

    public void Complete()
    {
        if (_children.Sum(child => child.Test.Matchers.Length) <= MaxAsked)
        {
            return;
        }

        _index = new();
        foreach (var (test, child) in _children)
        {
            foreach (var matcher in test.Matchers)
            {
                matcher.AddTo(_index, child);
            }
        }

        _index.Complete();
        _children.Clear();
    }

    public void Visit(MatchScratch scratch)
    {
        var leaf = scratch.Leaves.FirstOf(field);
        if (leaf < 0)
        {
            scratch.Nodes.Add(_whenAbsent);
            return;
        }

        for (; leaf >= 0; leaf = scratch.Leaves.NextOf(leaf))
        {
            if (_index is not null)
            {
                _index.Find(scratch, leaf, scratch.Nodes);
                continue;
            }

            foreach (var (test, child) in _children)
            {
                if (!scratch.Nodes.Contains(child) && test.Matches(scratch.Leaves, leaf))
                {
                    scratch.Nodes.Add(child);
                }
            }
        }
    }

    public void VisitAbsent(MatchScratch scratch)
    {
        if (scratch.Leaves.FirstOf(field) < 0)
        {
            scratch.Nodes.Add(_whenAbsent);
        }
    }
}
