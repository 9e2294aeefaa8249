using System.Text;

namespace Messaging.Kit.Routing.Syntax;

/// <summary>The text of a pattern: as written, and as the bytes that are read. Turns a place in the bytes into one in the text.</summary>
internal sealed class PatternText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public PatternText(string json)
    {
        try
        {
            Bytes = Strict.GetBytes(json);
        }
        catch (EncoderFallbackException exception)
        {
            Bytes = Encoding.UTF8.GetBytes(json);
            throw Fault(
                Encoding.UTF8.GetByteCount(json.AsSpan(0, exception.Index)), "", "the text has half of a surrogate pair here, which is no character.", exception);
        }
    }

    public byte[] Bytes { get; }

    public EventPatternException Fault(int offset, string path, string problem, Exception? cause = null)
    {
        var before = Bytes.AsSpan(0, Math.Min(offset, Bytes.Length));
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return new(
            problem,
            path,
            Encoding.UTF8.GetCharCount(before),
            before.Count((byte)'\n') + 1,
            Encoding.UTF8.GetCharCount(before[lineStart..]) + 1,
            cause);
    }
}
