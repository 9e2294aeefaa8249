using System.Net;
using Amazon.Runtime;

namespace Messaging.Kit.Benchmarks.Stubs;

/// <summary>
/// SQS, SNS and EventBridge without a network: each request is read as far as an answer needs it, and answered in this process, at once, but by
/// another thread, as a network does it: nobody's calls run to their end on the caller's. What is measured over it is the client's side of a
/// call: writing, signing, reading and checking. The stub's own work is in the numbers, and is the same for whoever calls.
/// </summary>
/// <remarks>SQS keeps messages and hands each out once; SNS and EventBridge accept and drop. Nothing is ever throttled, refused or lost.</remarks>
/// <param name="latency">How long each answer takes, as over a network; at once when omitted.</param>
public sealed class StubAws(TimeSpan latency = default) : HttpMessageHandler
{
    /// <summary>What clients are given for an address; nobody ever connects to it.</summary>
    public const string Url = "http://localhost:1";

    private readonly StubSqs _sqs = new();

    /// <summary>Leads a client of any of the services here. It does not retry, as the kit's own clients do not.</summary>
    public T Connect<T>()
        where T : class, IAmazonService
    {
        var config = T.CreateDefaultClientConfig();
        config.ServiceURL = Url;
        config.AuthenticationRegion = "us-east-1";
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.HttpClientFactory = new Factory(this);
        return (T)T.CreateDefaultServiceClient(new BasicAWSCredentials("test", "test"), config);
    }

    /// <summary>The name that a channel must have to be found here: what needs no look-up.</summary>
    public static string TopicOf(string name) => $"arn:aws:sns:us-east-1:{StubSqs.Account}:{name}";

    /// <summary>Drops all messages of all queues.</summary>
    public void Clear() => _sqs.Clear();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (latency > TimeSpan.Zero)
        {
            await Task.Delay(latency, cancellationToken);
        }

        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        if (!request.Headers.TryGetValues("X-Amz-Target", out var targets))
        {
            return Answer(StubSns.Answer(body), "text/xml");
        }

        var target = targets.First();
        var (service, action) = (target[..target.IndexOf('.', StringComparison.Ordinal)], target[(target.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        return service == "AmazonSQS"
            ? Answer(await _sqs.AnswerAsync(action, body, cancellationToken), "application/x-amz-json-1.0")
            : Answer(StubEventBridge.Answer(action, body), "application/x-amz-json-1.1");
    }

    private static HttpResponseMessage Answer(byte[] body, string type)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        response.Headers.TryAddWithoutValidation("x-amzn-RequestId", "request-1");
        return response;
    }

    private sealed class Factory(StubAws stub) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(stub, disposeHandler: false);
    }
}
