using System.Globalization;
using System.Text;

namespace Messaging.Kit.Benchmarks.Stubs;

/// <summary>Topics that accept everything, behind the Query protocol of SNS.</summary>
internal static class StubSns
{
    private const string Namespace = "http://sns.amazonaws.com/doc/2010-03-31/";

    public static byte[] Answer(byte[] form)
    {
        var action = ActionOf(form);
        var text = new StringBuilder(1024).Append(CultureInfo.InvariantCulture, $"<{action}Response xmlns=\"{Namespace}\"><{action}Result>");
        if (action == "PublishBatch")
        {
            AppendOutcomes(text, form);
        }
        else if (action == "GetTopicAttributes")
        {
            text.Append("<Attributes></Attributes>");
        }

        text.Append(CultureInfo.InvariantCulture, $"</{action}Result><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></{action}Response>");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string ActionOf(ReadOnlySpan<byte> form)
    {
        var rest = form[(form.IndexOf("Action="u8) + "Action=".Length)..];
        return Encoding.ASCII.GetString(rest.IndexOf((byte)'&') is >= 0 and var end ? rest[..end] : rest);
    }

    // A form's values have no = in them, so what follows .Id= is an id.
    private static void AppendOutcomes(StringBuilder text, ReadOnlySpan<byte> form)
    {
        text.Append("<Successful>");
        for (var at = form.IndexOf(".Id="u8); at >= 0; at = form.IndexOf(".Id="u8))
        {
            form = form[(at + ".Id=".Length)..];
            var id = Encoding.ASCII.GetString(form.IndexOf((byte)'&') is >= 0 and var end ? form[..end] : form);
            text.Append(CultureInfo.InvariantCulture, $"<member><Id>{id}</Id><MessageId>00000000-0000-4000-8000-000000000000</MessageId></member>");
        }

        text.Append("</Successful><Failed></Failed>");
    }
}
