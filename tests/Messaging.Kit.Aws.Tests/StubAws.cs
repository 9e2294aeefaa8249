using System.Net;
using System.Text;
using Amazon.Runtime;

namespace Messaging.Kit.Aws.Tests;

/// <summary>AWS without a network: it remembers each request, and answers what a test tells it.</summary>
internal sealed class StubAws : HttpMessageHandler
{
    private readonly List<StubRequest> _requests = [];

    /// <summary>Answers; the number of the request counts from 0.</summary>
    public Func<int, HttpResponseMessage> Answer { get; set; } = _ => Make(200, "");

    public IReadOnlyList<StubRequest> Requests => _requests;

    public StubRequest Request => Assert.Single(_requests);

    public static HttpResponseMessage Make(int status, string body, string type = "text/xml", string requestId = "request-1")
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        response.Headers.Add("x-amzn-RequestId", requestId);
        return response;
    }

    /// <summary>Leads a client here: without retries, with keys that are known.</summary>
    public T Connect<T>(Action<ClientConfig>? configure = null)
        where T : class, IAmazonService
    {
        var config = T.CreateDefaultClientConfig();
        config.IgnoreConfiguredEndpointUrls = true;
        config.RegionEndpoint = Amazon.RegionEndpoint.EUWest1;
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.HttpClientFactory = new Factory(this);
        configure?.Invoke(config);
        return (T)T.CreateDefaultServiceClient(new BasicAWSCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), config);
    }

    public HttpClientFactory HttpClients => new Factory(this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var headers = request.Headers.Concat(request.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        _requests.Add(new(request.Method.Method, request.RequestUri!, headers, Encoding.UTF8.GetString(body)));
        return Answer(_requests.Count - 1);
    }

    private sealed class Factory(StubAws stub) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(stub, disposeHandler: false);
    }
}
