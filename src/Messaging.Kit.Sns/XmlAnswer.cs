using System.Buffers;
using System.Globalization;
using System.Text;

namespace Messaging.Kit.Sns;

/// <summary>
/// Reads the XML that SNS answers with, element by element, in place. Of XML it knows what AWS and its emulators write: UTF-8,
/// elements, text, references, CDATA, comments and declarations; a document type is refused.
/// </summary>
internal ref struct XmlAnswer
{
    private readonly ReadOnlySpan<byte> _xml;
    private int _position;
    private int _depth;
    private bool _isEmptyElement;

    /// <summary>Begins to read an answer.</summary>
    /// <param name="xml">The answer, whole.</param>
    /// <exception cref="FormatException">It does not begin with an element.</exception>
    public XmlAnswer(ReadOnlySpan<byte> xml)
    {
        _xml = xml;
        if (!Read() || !IsStart)
        {
            throw new FormatException("The answer is not XML.");
        }

        Root = Name;
    }

    /// <summary>The name of the outermost element.</summary>
    public ReadOnlySpan<byte> Root { get; }

    /// <summary>The name of the element that begins or ends here, without its prefix.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Whether it begins; it ends otherwise.</summary>
    public bool IsStart { get; private set; }

    /// <summary>Goes to where the next element begins or ends; text between them is passed over.</summary>
    /// <returns>Whether there is one; there is none behind the end of the outermost element.</returns>
    /// <exception cref="FormatException">The answer is cut off, or no XML.</exception>
    public bool Read()
    {
        if (_isEmptyElement)
        {
            _isEmptyElement = false;
            IsStart = false;
            _depth--;
            return true;
        }

        while (true)
        {
            var tag = _xml[_position..].IndexOf((byte)'<');
            if (tag < 0)
            {
                return _depth == 0 && Root.Length > 0 ? false : throw Cut();
            }

            _position += tag;
            if (!SkipMarkup())
            {
                ReadTag();
                return true;
            }
        }
    }

    /// <summary>Reads the text of the element that has just begun, and goes to its end.</summary>
    /// <exception cref="FormatException">There is more than text in it, or it is cut off.</exception>
    public string ReadText() => TryReadPlain(out var plain) ? Encoding.UTF8.GetString(plain) : ReadMixed();

    /// <summary>
    /// Reads the text of the element that has just begun, and goes to its end, if it is text and nothing else; <see cref="ReadText"/>
    /// reads it otherwise.
    /// </summary>
    /// <exception cref="FormatException">It is cut off.</exception>
    public bool TryReadPlain(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_isEmptyElement)
        {
            return Read();
        }

        var rest = _xml[_position..];
        var end = rest.IndexOfAny((byte)'<', (byte)'&');
        if (end < 0)
        {
            throw Cut();
        }

        if (!rest[end..].StartsWith("</"u8))
        {
            return false;
        }

        text = rest[..end];
        _position += end;
        ReadTag();
        return true;
    }

    private static FormatException Cut() => new("The answer is cut off.");

    private string ReadMixed()
    {
        var text = new ArrayBufferWriter<byte>();
        while (true)
        {
            var rest = _xml[_position..];
            var end = rest.IndexOfAny((byte)'<', (byte)'&');
            if (end < 0)
            {
                throw Cut();
            }

            text.Write(rest[..end]);
            _position += end;
            if (rest[end] == (byte)'&')
            {
                ReadReference(text);
            }
            else if (rest[end..].StartsWith("<![CDATA["u8))
            {
                var data = Until("<![CDATA["u8.Length, "]]>"u8);
                text.Write(data);
            }
            else if (!SkipMarkup())
            {
                ReadTag();
                return IsStart ? throw new FormatException("There is an element where text should be.") : Encoding.UTF8.GetString(text.WrittenSpan);
            }
        }
    }

    private void ReadReference(ArrayBufferWriter<byte> text)
    {
        var name = Until(1, ";"u8);
        if (name is [(byte)'#', .. var number])
        {
            var isHex = number is [(byte)'x', ..];
            if (!int.TryParse(
                    Encoding.UTF8.GetString(isHex ? number[1..] : number),
                    isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var value)
                || !Rune.IsValid(value))
            {
                throw new FormatException("There is no such character.");
            }

            text.Advance(new Rune(value).EncodeToUtf8(text.GetSpan(4)));
            return;
        }

        text.Write(name switch
        {
            _ when name.SequenceEqual("amp"u8) => "&"u8,
            _ when name.SequenceEqual("lt"u8) => "<"u8,
            _ when name.SequenceEqual("gt"u8) => ">"u8,
            _ when name.SequenceEqual("quot"u8) => "\""u8,
            _ when name.SequenceEqual("apos"u8) => "'"u8,
            _ => throw new FormatException("There is no such reference."),
        });
    }

    // At a '<'. What is no element and no text.
    private bool SkipMarkup()
    {
        var rest = _xml[_position..];
        if (rest.StartsWith("<?"u8))
        {
            Until(2, "?>"u8);
            return true;
        }

        if (rest.StartsWith("<!--"u8))
        {
            Until(4, "-->"u8);
            return true;
        }

        if (rest.StartsWith("<![CDATA["u8) && _depth > 0)
        {
            Until("<![CDATA["u8.Length, "]]>"u8);
            return true;
        }

        return rest.StartsWith("<!"u8) ? throw new FormatException("The answer has a document type.") : false;
    }

    private void ReadTag()
    {
        if (_depth == 0 && Root.Length > 0)
        {
            throw new FormatException("There is more behind the answer.");
        }

        var tag = Until(1, ">"u8);
        IsStart = !tag.StartsWith("/"u8);
        if (!IsStart)
        {
            tag = tag[1..];
        }
        else if (tag.EndsWith("/"u8))
        {
            tag = tag[..^1];
            _isEmptyElement = true;
        }

        var end = tag.IndexOfAny(" \t\r\n"u8);
        var name = end < 0 ? tag : tag[..end];
        Name = name[(name.IndexOf((byte)':') + 1)..];
        _depth += IsStart ? 1 : -1;
        if (Name.IsEmpty || _depth < 0)
        {
            throw new FormatException("The answer is not XML.");
        }
    }

    private ReadOnlySpan<byte> Until(int from, ReadOnlySpan<byte> end)
    {
        var rest = _xml[(_position + from)..];
        var length = rest.IndexOf(end);
        if (length < 0)
        {
            throw Cut();
        }

        _position += from + length + end.Length;
        return rest[..length];
    }
}
