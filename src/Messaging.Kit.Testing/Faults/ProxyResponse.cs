using System.Text;
using System.Text.Json.Nodes;

namespace Messaging.Kit.Testing.Faults;

/// <summary>An answer, the service's or the proxy's own.</summary>
internal sealed record ProxyResponse(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public static ProxyResponse Make(int status, string contentType, string body, params IReadOnlyList<KeyValuePair<string, string>> more) =>
        new(status, [new("Content-Type", contentType), new("x-amzn-RequestId", Guid.NewGuid().ToString()), .. more], Encoding.UTF8.GetBytes(body));

    public static ProxyResponse Json(int status, JsonNode body, params IReadOnlyList<KeyValuePair<string, string>> more) =>
        Make(status, "application/x-amz-json-1.0", body.ToJsonString(), more);

    /// <summary>An error in the protocol of the request: XML, or JSON with the header that carries the legacy code.</summary>
    public static ProxyResponse Error(ProxyRequest request, int status, string code, string type, bool isSenderFault)
    {
        var (side, message) = (isSenderFault ? "Sender" : "Receiver", $"{code} by the fault proxy.");
        if (request.IsQuery)
        {
            return Make(status, "text/xml", $"<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{Guid.NewGuid()}</RequestId></ErrorResponse>");
        }

        var service = request.Header("X-Amz-Target")?.StartsWith("AmazonSQS.", StringComparison.Ordinal) == true ? "com.amazonaws.sqs#" : "";
        return Json(status, new JsonObject { ["__type"] = service + type, ["message"] = message }, new KeyValuePair<string, string>("x-amzn-query-error", $"{code};{side}"));
    }
}
