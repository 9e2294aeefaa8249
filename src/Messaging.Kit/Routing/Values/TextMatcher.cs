using System.Text;
using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Values;

/// <summary>A string, its beginning or its end, in any case or exactly.</summary>
internal sealed class TextMatcher : ValueMatcher
{
    private readonly byte[] _text;
    private readonly TextPart _part;
    private readonly bool _ignoreCase;

    public TextMatcher(string text, TextPart part = TextPart.Whole, bool ignoreCase = false)
    {
        _text = Encoding.UTF8.GetBytes(text);
        (_part, _ignoreCase) = (part, ignoreCase);
        if (ignoreCase)
        {
            var folded = new byte[CaseFolding.MaxLength(_text.Length)];
            _text = folded[..CaseFolding.Fold(_text, folded)];
        }

        Key = $"t{(int)part}{(ignoreCase ? 'i' : 'e')}{Convert.ToHexString(_text)};";
    }

    public override string Key { get; }

    public override Width Width => _part == TextPart.Whole ? Width.One : _text.Length == 0 ? Width.Most : Width.Some;

    public override bool Matches(EventLeaves leaves, int leaf)
    {
        if (leaves.KindOf(leaf) != LeafKind.Text)
        {
            return false;
        }

        var value = _ignoreCase ? leaves.FoldedTextOf(leaf) : leaves.ValueOf(leaf);
        return _part switch
        {
            TextPart.Whole => value.SequenceEqual(_text),
            TextPart.Start => value.StartsWith(_text),
            _ => value.EndsWith(_text),
        };
    }

    public override void AddTo(ValueIndex index, int target) => index.AddText(_text, _part, _ignoreCase, target);
}
