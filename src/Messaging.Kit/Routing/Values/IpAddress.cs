using System.Globalization;
using System.Text;

namespace Messaging.Kit.Routing.Values;

/// <summary>
/// IP addresses as bytes whose order is the order of the addresses: the length, then the address. Version 4 is four decimal numbers,
/// leading zeros allowed; version 6 is groups of hexadecimal digits, without an embedded version 4.
/// </summary>
internal static class IpAddress
{
    public const int MaxKeyLength = 17;

    private const int MaxTextLength = 64;

    public static byte[]? TryRead(string text)
    {
        Span<byte> key = stackalloc byte[MaxKeyLength];
        var length = Read(Encoding.UTF8.GetBytes(text), key);
        return length == 0 ? null : key[..length].ToArray();
    }

    /// <summary>Reads an address.</summary>
    /// <param name="text">What may be one.</param>
    /// <param name="key">Takes the key, 17 bytes at most.</param>
    /// <returns>The length of the key; 0 when the text is no address.</returns>
    public static int Read(ReadOnlySpan<byte> text, Span<byte> key)
    {
        if (text.Length is < 2 or > MaxTextLength)
        {
            return 0;
        }

        key[0] = text.Contains((byte)':') ? (byte)16 : (byte)4;
        var isAddress = key[0] == 16 ? ReadGroups(text, key.Slice(1, 16)) : ReadDecimals(text, key.Slice(1, 4));
        return isAddress ? key[0] + 1 : 0;
    }

    /// <summary>Reads an address with the number of bits that its block has in common.</summary>
    /// <exception cref="FormatException">The text is no block; the message says why.</exception>
    public static RangeMatcher ReadBlock(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || TryRead(text[..slash]) is not { } low)
        {
            throw new FormatException("expected is an address and the number of its fixed bits, for example \"10.0.0.0/24\" or \"2001:db8::/32\".");
        }

        var mostBits = (low[0] * 8) - 1;
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits > mostBits)
        {
            throw new FormatException($"the number behind the slash has to be from 0 to {mostBits}. A single address is matched by its text, without cidr.");
        }

        // What is written of the bits behind the fixed ones does not count, as in the engine of the service since 2023.
        var high = low.ToArray();
        for (var bit = bits; bit <= mostBits; bit++)
        {
            var mask = (byte)(0x80 >> (bit % 8));
            low[1 + (bit / 8)] &= (byte)~mask;
            high[1 + (bit / 8)] |= mask;
        }

        return new(LeafKind.Text, low, RangeMatcher.After(high));
    }

    private static bool ReadDecimals(ReadOnlySpan<byte> text, Span<byte> address)
    {
        for (var part = 0; part < 4; part++)
        {
            var (digits, number) = (0, 0);
            for (; digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'9'; digits++)
            {
                number = Math.Min((number * 10) + text[digits] - '0', 256);
            }

            if (digits == 0 || number > 255 || (part < 3 ? digits == text.Length || text[digits] != '.' : digits != text.Length))
            {
                return false;
            }

            address[part] = (byte)number;
            text = text[Math.Min(digits + 1, text.Length)..];
        }

        return true;
    }

    private static bool ReadGroups(ReadOnlySpan<byte> text, Span<byte> address)
    {
        address.Clear();

        // Where the zeros stand for which "::" is written.
        var (gap, group) = (-1, 0);
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            text = text[2..];
        }

        while (!text.IsEmpty)
        {
            var (digits, number) = (0, 0);
            for (; digits < text.Length && HexDigit(text[digits]) is var digit and >= 0; digits++)
            {
                number = (number << 4) | digit;
                if (digits == 4)
                {
                    return false;
                }
            }

            if (digits == 0 || group == 8)
            {
                return false;
            }

            address[2 * group] = (byte)(number >> 8);
            address[(2 * group) + 1] = (byte)number;
            group++;
            text = text[digits..];
            if (text.IsEmpty)
            {
                break;
            }

            if (text.StartsWith("::"u8) && gap < 0)
            {
                gap = group;
                text = text[2..];
            }
            else if (text.Length > 1 && text[0] == ':' && text[1] != ':')
            {
                text = text[1..];
            }
            else
            {
                return false;
            }
        }

        if (gap < 0)
        {
            return group == 8;
        }

        var behind = address[(2 * gap)..(2 * group)];
        behind.CopyTo(address[^behind.Length..]);
        address[(2 * gap)..^behind.Length].Clear();
        return group < 8;
    }

    private static int HexDigit(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
