using System.Text;
using Messaging.Kit.Routing.Matching;

namespace Messaging.Kit.Routing.Values;

/// <summary>
/// A string with stars that stand for any characters, or none. The literals between the stars are looked for one after the other,
/// each as early as it can be, and nothing is ever tried again: the time does not explode, whatever the pattern.
/// </summary>
internal sealed class WildcardMatcher : ValueMatcher
{
    private readonly byte[][] _literals;

    /// <exception cref="FormatException">The text is no wildcard; the message says why.</exception>
    public WildcardMatcher(string text)
    {
        var (literals, literal) = (new List<byte[]>(), new StringBuilder());
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 < text.Length && text[i + 1] is '*' or '\\':
                    literal.Append(text[++i]);
                    break;
                case '\\':
                    throw new FormatException(
                        $"the backslash at character {i} of the wildcard escapes nothing. \\* is a star and \\\\ a backslash, each backslash doubled once more in JSON.");
                case '*' when i > 0 && literals.Count > 0 && literal.Length == 0:
                    throw new FormatException($"two stars stand together at character {i} of the wildcard. One means the same.");
                case '*':
                    literals.Add(Encoding.UTF8.GetBytes(literal.ToString()));
                    literal.Clear();
                    break;
                default:
                    literal.Append(text[i]);
                    break;
            }
        }

        literals.Add(Encoding.UTF8.GetBytes(literal.ToString()));
        _literals = [.. literals];
        Key = $"w{string.Join('*', _literals.Select(Convert.ToHexString))};";
    }

    public override string Key { get; }

    public override Width Width => _literals.Length == 1 ? Width.One : Width.Many;

    /// <summary>What stands between the stars: the first at the beginning of the value, the last at its end; either may be empty.</summary>
    public IReadOnlyList<byte[]> Literals => _literals;

    public override bool Matches(EventLeaves leaves, int leaf) => leaves.KindOf(leaf) == LeafKind.Text && Matches(leaves.ValueOf(leaf));

    public bool Matches(ReadOnlySpan<byte> value)
    {
        var (first, last) = (_literals[0], _literals[^1]);
        if (_literals.Length == 1)
        {
            return value.SequenceEqual(first);
        }

        if (value.Length < first.Length + last.Length || !value.StartsWith(first) || !value.EndsWith(last))
        {
            return false;
        }

        value = value[first.Length..^last.Length];
        for (var i = 1; i < _literals.Length - 1; i++)
        {
            var at = value.IndexOf(_literals[i]);
            if (at < 0)
            {
                return false;
            }

            value = value[(at + _literals[i].Length)..];
        }

        return true;
    }

    public override void AddTo(ValueIndex index, int target) => index.AddWildcard(this, target);
}
