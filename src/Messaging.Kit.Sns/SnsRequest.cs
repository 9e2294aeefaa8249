using System.Buffers;
using System.Text;
using Messaging.Kit.Aws;

namespace Messaging.Kit.Sns;

/// <summary>A call in the Query protocol: a form that goes, XML that comes.</summary>
/// <typeparam name="TAnswer">What it answers.</typeparam>
/// <param name="operation">What AWS calls it.</param>
internal abstract class SnsRequest<TAnswer>(string operation) : AwsRequest<TAnswer>(operation)
{
    public sealed override void WriteBody(IBufferWriter<byte> body)
    {
        var form = new FormBody(body);
        form.Raw("Action="u8).Value(Operation);
        Write(form.Raw("&Version=2010-03-31"u8));
    }

    protected abstract void Write(FormBody form);

    protected abstract TAnswer Read(ref XmlAnswer xml);

    protected sealed override TAnswer Read(ReadOnlyMemory<byte> body)
    {
        var xml = new XmlAnswer(body.Span);
        if (!xml.Root.EndsWith("Response"u8) || !Ascii.Equals(xml.Root[..^"Response"u8.Length], Operation))
        {
            throw new FormatException($"The answer is '{Encoding.UTF8.GetString(xml.Root)}', which is none to {Operation}.");
        }

        var answer = Read(ref xml);
        while (xml.Read())
        {
            // To the end, for only then it is whole.
        }

        return answer;
    }

    /// <summary>Reads the one value that counts.</summary>
    protected static string ReadValue(ref XmlAnswer xml, ReadOnlySpan<byte> name)
    {
        while (xml.Read())
        {
            if (xml.IsStart && xml.Name.SequenceEqual(name))
            {
                return xml.ReadText();
            }
        }

        throw new FormatException($"There is no {Encoding.UTF8.GetString(name)} in the answer.");
    }

    /// <summary>Reads pairs, wherever they are.</summary>
    protected static Dictionary<string, string> ReadPairs(ref XmlAnswer xml, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var pairs = new Dictionary<string, string>();
        var name = "";
        while (xml.Read())
        {
            if (xml.IsStart && xml.Name.SequenceEqual(key))
            {
                name = xml.ReadText();
            }
            else if (xml.IsStart && xml.Name.SequenceEqual(value))
            {
                pairs[name] = xml.ReadText();
            }
        }

        return pairs;
    }
}

/// <summary>A call whose answer says that it has worked, and nothing else.</summary>
/// <param name="operation">What AWS calls it.</param>
internal abstract class SnsCommand(string operation) : SnsRequest<bool>(operation)
{
    protected sealed override bool Read(ref XmlAnswer xml) => true;
}
