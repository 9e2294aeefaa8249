using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// Finds what matches a value among many matchers without asking each: by hash, by sorted parts, by intervals, by one automaton for
/// all wildcards. Built once, then read by any number of threads.
/// </summary>
internal sealed class ValueIndex
{
    private readonly Dictionary<LeafKind, List<int>> _literals = [];
    private readonly List<int> _any = [];
    private HashIndex? _texts, _foldedTexts, _numbers, _addresses;
    private AffixIndex? _starts, _ends, _foldedStarts, _foldedEnds;
    private IntervalIndex? _numberRanges, _addressRanges;
    private WildcardIndex? _wildcards;
    private AnythingButIndex? _anythingBut;

    public void AddText(byte[] text, TextPart part, bool ignoreCase, int target)
    {
        switch (part)
        {
            case TextPart.Whole when ignoreCase: (_foldedTexts ??= new()).Add(text, target); break;
            case TextPart.Whole: (_texts ??= new()).Add(text, target); break;
            case TextPart.Start when ignoreCase: (_foldedStarts ??= new(atEnd: false)).Add(text, target); break;
            case TextPart.Start: (_starts ??= new(atEnd: false)).Add(text, target); break;
            case TextPart.End when ignoreCase: (_foldedEnds ??= new(atEnd: true)).Add(text, target); break;
            default: (_ends ??= new(atEnd: true)).Add(text, target); break;
        }
    }

    public void AddPoint(LeafKind kind, byte[] key, int target)
    {
        if (kind == LeafKind.Number)
        {
            (_numbers ??= new()).Add(key, target);
        }
        else
        {
            (_addresses ??= new()).Add(key, target);
        }
    }

    public void AddRange(LeafKind kind, byte[] low, byte[] high, int target)
    {
        if (kind == LeafKind.Number)
        {
            (_numberRanges ??= new()).Add(low, high, target);
        }
        else
        {
            (_addressRanges ??= new()).Add(low, high, target);
        }
    }

    public void AddLiteral(LeafKind kind, int target)
    {
        if (!_literals.TryGetValue(kind, out var targets))
        {
            _literals.Add(kind, targets = []);
        }

        targets.Add(target);
    }

    public void AddAny(int target) => _any.Add(target);

    public void AddWildcard(WildcardMatcher wildcard, int target) => (_wildcards ??= new()).Add(wildcard, target);

    public void AddAnythingBut(IReadOnlyList<ValueMatcher> excluded, int target) => (_anythingBut ??= new()).Add(excluded, target);

    /// <summary>Makes it ready to be asked, once all is added.</summary>
    public void Complete()
    {
        _starts?.Complete();
        _ends?.Complete();
        _foldedStarts?.Complete();
        _foldedEnds?.Complete();
        _numberRanges?.Complete();
        _addressRanges?.Complete();
        _wildcards?.Complete();
        _anythingBut?.Complete();
    }

    /// <summary>Adds the targets of all matchers that match a value.</summary>
    public void Find(MatchScratch scratch, int leaf, Targets targets)
    {
        targets.Add(_any);
        switch (scratch.Leaves.KindOf(leaf))
        {
            case LeafKind.Text:
                FindText(scratch, leaf, targets);
                break;
            case LeafKind.Number:
                _numbers?.Find(scratch.Leaves.ValueOf(leaf), targets);
                _numberRanges?.Find(scratch.Leaves.ValueOf(leaf), targets);
                break;
            case var kind when _literals.TryGetValue(kind, out var literals):
                targets.Add(literals);
                break;
        }

        // Last, for it asks an index of its own and uses up what that found.
        _anythingBut?.Find(scratch, leaf, targets);
    }

    private void FindText(MatchScratch scratch, int leaf, Targets targets)
    {
        var text = scratch.Leaves.ValueOf(leaf);
        _texts?.Find(text, targets);
        _starts?.Find(text, targets);
        _ends?.Find(text, targets);
        _wildcards?.Find(text, scratch.SeenLiterals, targets);
        if (_foldedTexts is not null || _foldedStarts is not null || _foldedEnds is not null)
        {
            var folded = scratch.Leaves.FoldedTextOf(leaf);
            _foldedTexts?.Find(folded, targets);
            _foldedStarts?.Find(folded, targets);
            _foldedEnds?.Find(folded, targets);
        }

        if ((_addresses is not null || _addressRanges is not null) && scratch.Leaves.AddressOf(leaf) is { IsEmpty: false } address)
        {
            _addresses?.Find(address, targets);
            _addressRanges?.Find(address, targets);
        }
    }
}
