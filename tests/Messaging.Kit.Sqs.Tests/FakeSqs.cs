using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Internal;

namespace Messaging.Kit.Sqs.Tests;

/// <summary>
/// The wire of SQS without a wire: it answers the SDK's requests in the service's JSON protocol, accepting everything unless a
/// test says otherwise, and remembers what it was asked.
/// </summary>
internal sealed class FakeSqs : HttpMessageHandler
{
    public const string Account = "000000000000";

    private readonly Dictionary<string, Func<JsonObject, Task<HttpResponseMessage>>> _answers = [];
    private readonly List<(string Action, JsonObject Request)> _calls = [];
    private readonly Lock _gate = new();

    public FakeSqs()
    {
        Client = new AmazonSQSClient(
            new BasicAWSCredentials("test", "test"),
            new AmazonSQSConfig
            {
                ServiceURL = "http://localhost",
                AuthenticationRegion = "us-east-1",
                MaxErrorRetry = 0,
                HttpClientFactory = new Factory(this),
            });
        On("GetQueueUrl", request => new JsonObject { ["QueueUrl"] = $"http://localhost/{Account}/{request["QueueName"]}" });
        On("GetQueueAttributes", _ => []);
        On("ReceiveMessage", _ => []);
        On("SendMessageBatch", request => Accepted(request));
        On("DeleteMessageBatch", request => Accepted(request));
        On("ChangeMessageVisibilityBatch", request => Accepted(request));
    }

    public AmazonSQSClient Client { get; }

    public IReadOnlyList<JsonObject> Requests(string action)
    {
        lock (_gate)
        {
            return [.. _calls.Where(call => call.Action == action).Select(call => call.Request)];
        }
    }

    public JsonObject Request(string action) => Assert.Single(Requests(action));

    public IReadOnlyList<string> Actions()
    {
        lock (_gate)
        {
            return [.. _calls.Select(call => call.Action)];
        }
    }

    public void On(string action, Func<JsonObject, Task<HttpResponseMessage>> answer) => _answers[action] = answer;

    public void On(string action, Func<JsonObject, JsonObject> answer) => On(action, request => Task.FromResult(Json(answer(request))));

    public void Refuse(string action, string code, string message = "no", HttpStatusCode status = HttpStatusCode.BadRequest, string? legacyCode = null) =>
        On(action, _ => Task.FromResult(Error(code, message, status, legacyCode)));

    public void Receive(params JsonObject[] messages) => On("ReceiveMessage", _ => Messages(messages));

    public static JsonObject Messages(params JsonObject[] messages) => new() { ["Messages"] = new JsonArray([.. messages.Select(message => message.DeepClone())]) };

    public static JsonObject Message(string body, string id = "m1", string? group = null, int received = 1)
    {
        var attributes = new JsonObject
        {
            ["ApproximateReceiveCount"] = received.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["ApproximateFirstReceiveTimestamp"] = "1700000001000",
            ["SentTimestamp"] = "1700000000000",
        };
        if (group is not null)
        {
            attributes["MessageGroupId"] = group;
        }

        return new()
        {
            ["MessageId"] = id,
            ["ReceiptHandle"] = "handle-" + id,
            ["Body"] = body,
            ["MD5OfBody"] = ValidationResponseHandler.CalculateMD5(body),
            ["Attributes"] = attributes,
        };
    }

    public static JsonObject Accepted(JsonObject request, params string[] except) => new()
    {
        ["Successful"] = new JsonArray([.. Entries(request).Where(entry => !except.Contains(Id(entry))).Select(Success)]),
    };

    public static JsonObject Failed(string id, string code, bool? senderFault, string message = "no") => new()
    {
        ["Id"] = id,
        ["Code"] = code,
        ["SenderFault"] = senderFault,
        ["Message"] = message,
    };

    public static IReadOnlyList<JsonObject> Entries(JsonObject request) => [.. request["Entries"]!.AsArray().Select(entry => entry!.AsObject())];

    public static string Id(JsonObject entry) => entry["Id"]!.GetValue<string>();

    public static HttpResponseMessage Json(JsonNode body) => Response(HttpStatusCode.OK, body);

    public static HttpResponseMessage Error(string code, string message, HttpStatusCode status = HttpStatusCode.BadRequest, string? legacyCode = null)
    {
        var response = Response(status, new JsonObject { ["__type"] = "com.amazonaws.sqs#" + code, ["message"] = message });
        if (legacyCode is not null)
        {
            response.Headers.Add("x-amzn-query-error", legacyCode + ";Sender");
        }

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var action = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsObject();
        lock (_gate)
        {
            _calls.Add((action, body));
        }

        return await _answers[action](body).WaitAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        Client.Dispose();
        base.Dispose(disposing);
    }

    private static JsonNode Success(JsonObject entry)
    {
        var success = new JsonObject { ["Id"] = Id(entry) };
        if (entry["MessageBody"] is { } body)
        {
            success["MessageId"] = Guid.NewGuid().ToString();
            success["MD5OfMessageBody"] = ValidationResponseHandler.CalculateMD5(body.GetValue<string>());
        }

        return success;
    }

    private static HttpResponseMessage Response(HttpStatusCode status, JsonNode body)
    {
        var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString())) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        response.Headers.Add("x-amzn-RequestId", Guid.NewGuid().ToString());
        return response;
    }

    private sealed class Factory(HttpMessageHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);
    }
}
