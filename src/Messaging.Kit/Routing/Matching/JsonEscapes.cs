using System.Buffers.Text;
using System.Text;

namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// Decodes the escapes of a JSON string whose form has been checked. Half of a surrogate pair becomes U+FFFD and no exception: JSON
/// allows it, and an event is not to blame.
/// </summary>
internal static class JsonEscapes
{
    /// <summary>Decodes a string. The result is never longer than the text.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> decoded)
    {
        var length = 0;
        while (true)
        {
            var plain = text.IndexOf((byte)'\\');
            var part = plain < 0 ? text : text[..plain];
            part.CopyTo(decoded[length..]);
            length += part.Length;
            if (plain < 0)
            {
                return length;
            }

            text = text[(plain + 1)..];
            if (text[0] == 'u')
            {
                length += DecodeUnit(ref text, decoded[length..]);
                continue;
            }

            decoded[length++] = text[0] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var itself => itself,
            };
            text = text[1..];
        }
    }

    private static int DecodeUnit(ref ReadOnlySpan<byte> text, Span<byte> decoded)
    {
        var unit = ReadUnit(text);
        text = text[5..];
        if (char.IsHighSurrogate(unit) && text.StartsWith("\\u"u8) && ReadUnit(text[1..]) is var second && char.IsLowSurrogate(second))
        {
            text = text[6..];
            return new Rune(unit, second).EncodeToUtf8(decoded);
        }

        return (Rune.TryCreate(unit, out var rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(decoded);
    }

    private static char ReadUnit(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text.Slice(1, 4), out ushort unit, out _, 'x') ? (char)unit : '\uFFFD';
}
