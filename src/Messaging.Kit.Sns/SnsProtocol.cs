using Messaging.Kit.Aws;

namespace Messaging.Kit.Sns;

/// <summary>The Query protocol.</summary>
internal sealed class SnsProtocol() : AwsProtocol(SnsServiceClient.ServiceId)
{
    protected override void AddHeaders(AwsRequest request, IDictionary<string, string> headers) =>
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8";

    protected override AwsError ReadError(AwsAnswer answer)
    {
        try
        {
            var (code, message, type) = ((string?)null, (string?)null, (string?)null);
            var xml = new XmlAnswer(answer.Body.Span);
            if (!xml.Root.SequenceEqual("ErrorResponse"u8) && !xml.Root.SequenceEqual("Response"u8))
            {
                return default;
            }

            while (xml.Read())
            {
                if (xml.IsStart && xml.Name.SequenceEqual("Code"u8))
                {
                    code = xml.ReadText();
                }
                else if (xml.IsStart && xml.Name.SequenceEqual("Message"u8))
                {
                    message = xml.ReadText();
                }
                else if (xml.IsStart && xml.Name.SequenceEqual("Type"u8))
                {
                    type = xml.ReadText();
                }
            }

            return new(code, message, type is null ? null : type == "Sender");
        }
        catch (FormatException)
        {
            // A page of a proxy, or nothing at all: the HTTP status is all there is.
            return default;
        }
    }
}
