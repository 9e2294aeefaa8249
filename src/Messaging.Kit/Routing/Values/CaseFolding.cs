using System.Text;

namespace Messaging.Kit.Routing.Values;

/// <summary>Makes one form of all that differ in case only. Without a culture; the Turkish i with and without dot stay themselves.</summary>
internal static class CaseFolding
{
    /// <summary>How long the folded form can be. Some letters have a longer one: U+023A takes two bytes, its small form three.</summary>
    public static int MaxLength(int length) => length + (length / 2) + 1;

    public static int Fold(ReadOnlySpan<byte> text, Span<byte> folded)
    {
        if (Ascii.ToLower(text, folded, out var written) == System.Buffers.OperationStatus.Done)
        {
            return written;
        }

        var rest = text[written..];
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(rest, out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                // Not UTF-8: bytes that equal themselves only.
                rest[..consumed].CopyTo(folded[written..]);
                written += consumed;
            }
            else if (rune.Value is 0xDF or 0x1E9E)
            {
                // The sharp s is two letters in capitals.
                "ss"u8.CopyTo(folded[written..]);
                written += 2;
            }
            else
            {
                written += FoldRune(rune).EncodeToUtf8(folded[written..]);
            }

            rest = rest[consumed..];
        }

        return written;
    }

    private static Rune FoldRune(Rune rune) => rune.Value is 0x130 or 0x131 ? rune : Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune));
}
