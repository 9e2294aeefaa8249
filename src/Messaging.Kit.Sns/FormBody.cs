using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.ObjectModel;
using System.Text;
using System.Text.Unicode;

namespace Messaging.Kit.Sns;

/// <summary>
/// Writes a form (<c>application/x-www-form-urlencoded</c>), as the Query protocol takes it: straight into the buffer, percent-encoded
/// by RFC 3986, without strings in between.
/// </summary>
/// <param name="output">The buffer.</param>
internal readonly ref struct FormBody(IBufferWriter<byte> output)
{
    // What is encoded at a time: three bytes for each at most.
    private const int Chunk = 1024;
    private const int SmallText = 256;

    // Of each byte: one byte or three as they are written, the first one lowest, and how many in the highest.
    private static readonly uint[] Encoded = MakeEncoded();

    /// <summary>Writes what needs no encoding: names, <c>&amp;</c>, <c>=</c>.</summary>
    public FormBody Raw(ReadOnlySpan<byte> text)
    {
        output.Write(text);
        return this;
    }

    /// <summary>Writes a number, which needs none either.</summary>
    public FormBody Raw(int number)
    {
        var span = output.GetSpan(11);
        _ = Utf8Formatter.TryFormat(number, span, out var written);
        output.Advance(written);
        return this;
    }

    /// <summary>Writes a parameter, and none when there is no value.</summary>
    /// <param name="name">The name, which needs no encoding.</param>
    /// <param name="value">The value.</param>
    public FormBody Parameter(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            Raw("&"u8).Raw(name).Raw("="u8).Value(value);
        }

        return this;
    }

    /// <summary>Writes pairs: <c>name.1key=..&amp;name.1value=..</c> and so on.</summary>
    public FormBody Pairs(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, IReadOnlyDictionary<string, string>? pairs)
    {
        var number = 0;
        foreach (var pair in pairs ?? ReadOnlyDictionary<string, string>.Empty)
        {
            number++;
            Raw("&"u8).Raw(name).Raw(number).Raw(key).Raw("="u8).Value(pair.Key);
            Raw("&"u8).Raw(name).Raw(number).Raw(value).Raw("="u8).Value(pair.Value);
        }

        return this;
    }

    /// <summary>Writes a value; a surrogate that stands alone becomes U+FFFD.</summary>
    public void Value(ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var bytes = most <= SmallText ? stackalloc byte[SmallText] : rented = ArrayPool<byte>.Shared.Rent(most);
        Encode(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Writes a value that is UTF-8 already.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public void Value(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new ArgumentException("The text is not UTF-8.", nameof(utf8));
        }

        Encode(utf8.Span);
    }

    /// <summary>Writes bytes as base64.</summary>
    public void Base64Value(ReadOnlySpan<byte> bytes)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        _ = Base64.EncodeToUtf8(bytes, rented, out _, out var written);
        Encode(rented.AsSpan(0, written));
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void Encode(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, Chunk)];
            var span = output.GetSpan((part.Length * 3) + 1);
            var written = 0;
            foreach (var value in part)
            {
                // Four bytes whatever it is, for that is quicker than to ask; the next one writes over what is too much.
                var encoded = Encoded[value];
                BinaryPrimitives.WriteUInt32LittleEndian(span[written..], encoded);
                written += (int)(encoded >> 24);
            }

            output.Advance(written);
            bytes = bytes[part.Length..];
        }
    }

    private static uint[] MakeEncoded()
    {
        var hex = "0123456789ABCDEF"u8;
        var encoded = new uint[byte.MaxValue + 1];
        for (var value = 0; value < encoded.Length; value++)
        {
            encoded[value] = 3u << 24 | (uint)hex[value & 0xF] << 16 | (uint)hex[value >> 4] << 8 | '%';
        }

        foreach (var value in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"u8)
        {
            encoded[value] = 1u << 24 | value;
        }

        return encoded;
    }
}
