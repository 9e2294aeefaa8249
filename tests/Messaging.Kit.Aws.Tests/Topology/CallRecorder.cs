using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Web;
using Amazon.Runtime;

namespace Messaging.Kit.Aws.Tests.Topology;

/// <summary>Remembers, as IAM sees it, what the clients of a host do on their way to an emulator: actions and the ARNs they are on.</summary>
internal sealed class CallRecorder : DelegatingHandler
{
    // A call for a batch needs the permission of the call for one.
    private const string Batch = "Batch";

    private readonly ConcurrentDictionary<(string Action, string Resource), bool> _calls = new();

    public CallRecorder()
        : base(new SocketsHttpHandler())
    {
    }

    public IEnumerable<(string Action, string Resource)> Calls => _calls.Keys;

    public HttpClientFactory Clients => new Factory(this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        foreach (var call in Read(request, body))
        {
            _calls.TryAdd(call, true);
        }

        return await base.SendAsync(request, cancellationToken);
    }

    private static IEnumerable<(string Action, string Resource)> Read(HttpRequestMessage request, string body)
    {
        if (!request.Headers.TryGetValues("X-Amz-Target", out var targets))
        {
            var form = HttpUtility.ParseQueryString(body);
            return [(ActionOf("sns", form["Action"]!), form["TopicArn"] ?? "*")];
        }

        var (target, json) = (targets.Single().Split('.'), JsonNode.Parse(body)!);
        return target[0] == "AmazonSQS"
            ? [(ActionOf("sqs", target[1]), Arn("sqs", (string?)json["QueueName"] ?? ((string)json["QueueUrl"]!).Split('/')[^1]))]
            : ResourcesOfEvents(target[1], json).Select(resource => (ActionOf("events", target[1]), Arn("events", resource)));
    }

    private static IEnumerable<string> ResourcesOfEvents(string operation, JsonNode json) => operation switch
    {
        "PutEvents" => json["Entries"]!.AsArray().Select(entry => $"event-bus/{entry!["EventBusName"]}"),
        "DescribeEventBus" => [$"event-bus/{json["Name"]}"],
        "DescribeArchive" => [$"archive/{json["ArchiveName"]}"],
        "DescribeRule" => [$"rule/{json["EventBusName"]}/{json["Name"]}"],
        "ListTargetsByRule" => [$"rule/{json["EventBusName"]}/{json["Rule"]}"],
        _ => throw new NotSupportedException($"What {operation} is called on is not known here."),
    };

    private static string ActionOf(string service, string operation) =>
        $"{service}:{(operation.EndsWith(Batch, StringComparison.Ordinal) ? operation[..^Batch.Length] : operation)}";

    private static string Arn(string service, string resource) => $"arn:aws:{service}:{LiveAws.Region}:{LiveAws.Account}:{resource}";

    private sealed class Factory(CallRecorder recorder) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(recorder, disposeHandler: false);
    }
}
