using System.Buffers.Binary;
using System.Text;

namespace Messaging.Kit.Routing.Values;

/// <summary>
/// Numbers as bytes whose order is the order of the numbers, and which are equal when the numbers are: exact, whatever their length.
/// A byte for the sign, the power of ten, two digits a byte, an end; of negative numbers all but the first is inverted.
/// </summary>
internal static class NumberKey
{
    private const byte Negative = 0x40, Zero = 0x80, Positive = 0xC0;

    // Powers of ten beyond this are taken for this: nothing sensible is there, and a text could claim any.
    private const long MaxPower = 2_000_000_000;

    public static byte[] Of(string number)
    {
        var text = Encoding.UTF8.GetBytes(number);
        var key = new byte[MaxLength(text.Length)];
        return key[..Write(text, key)];
    }

    public static int MaxLength(int textLength) => (textLength / 2) + 8;

    /// <summary>Writes the key of a number.</summary>
    /// <param name="text">A number as JSON has it.</param>
    /// <param name="key">Where to.</param>
    /// <returns>How many bytes.</returns>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> key)
    {
        var isNegative = text[0] == '-';
        text = isNegative ? text[1..] : text;
        var power = 0L;
        if (text.IndexOfAny((byte)'e', (byte)'E') is var exponent and >= 0)
        {
            power = ReadPower(text[(exponent + 1)..]);
            text = text[..exponent];
        }

        var point = text.IndexOf((byte)'.');
        power += point < 0 ? text.Length : point;
        var start = text.IndexOfAnyExcept((byte)'0', (byte)'.');
        if (start < 0)
        {
            key[0] = Zero;
            return 1;
        }

        power -= point >= 0 && start > point ? start - 1 : start;
        text = text[start..(text.LastIndexOfAnyExcept((byte)'0', (byte)'.') + 1)];
        key[0] = isNegative ? Negative : Positive;
        BinaryPrimitives.WriteUInt32BigEndian(key[1..], (uint)Math.Clamp(power, -MaxPower, MaxPower) ^ 0x8000_0000);
        var length = 5 + WriteDigits(text, key[5..]);
        key[length++] = 0;
        if (isNegative)
        {
            foreach (ref var part in key[1..length])
            {
                part = (byte)~part;
            }
        }

        return length;
    }

    private static int WriteDigits(ReadOnlySpan<byte> text, Span<byte> key)
    {
        var (length, tens) = (0, -1);
        foreach (var digit in text)
        {
            if (digit == '.')
            {
                continue;
            }

            if (tens < 0)
            {
                tens = digit - '0';
            }
            else
            {
                key[length++] = (byte)((tens * 10) + digit - '0' + 1);
                tens = -1;
            }
        }

        if (tens >= 0)
        {
            key[length++] = (byte)((tens * 10) + 1);
        }

        return length;
    }

    private static long ReadPower(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        var power = 0L;
        foreach (var digit in text[0] is (byte)'-' or (byte)'+' ? text[1..] : text)
        {
            power = Math.Min((power * 10) + digit - '0', 2 * MaxPower);
        }

        return isNegative ? -power : power;
    }
}
