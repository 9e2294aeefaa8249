using System.Text.Json;
using Messaging.Kit.Aws;

namespace Messaging.Kit.EventBridge;

/// <summary>The JSON protocol, 1.1.</summary>
internal sealed class EventBridgeProtocol() : AwsProtocol(EventBridgeServiceClient.ServiceId)
{
    protected override void AddHeaders(AwsRequest request, IDictionary<string, string> headers)
    {
        headers["Content-Type"] = "application/x-amz-json-1.1";
        headers["X-Amz-Target"] = "AWSEvents." + request.Operation;
    }

    protected override AwsError ReadError(AwsAnswer answer)
    {
        var code = answer.ResponseData.GetHeaderValue("x-amzn-ErrorType");
        string? message = null;
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } error)
            {
                code = string.IsNullOrEmpty(code) ? error.Text("__type"u8) ?? error.Text("code"u8) : code;
                message = error.Text("message"u8) ?? error.Text("Message"u8);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A page of a proxy, or nothing at all: the HTTP status is all there is.
        }

        return new(NameOf(code), message, null);
    }

    // com.amazonaws.events#ResourceNotFoundException:http://internal.amazon.com/...
    private static string? NameOf(string? code)
    {
        if (string.IsNullOrEmpty(code))
        {
            return null;
        }

        var name = code[(code.IndexOf('#', StringComparison.Ordinal) + 1)..];
        return name.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? name[..end] : name;
    }
}
