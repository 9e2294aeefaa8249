using System.Diagnostics;
using System.Net;
using Amazon.Runtime;

namespace Messaging.Kit.Aws.Tests;

/// <summary>What a call costs without a network: the same answer each time, and nothing remembered.</summary>
internal static class CallCost
{
    private const int WarmUp = 300;
    private const int Calls = 1000;

    /// <summary>Bytes that a call allocates, and microseconds that it takes.</summary>
    public static async Task<(long Bytes, double Microseconds)> MeasureAsync<T>(byte[] answer, string type, Func<T, Task> call)
        where T : class, IAmazonService
    {
        var config = T.CreateDefaultClientConfig();
        config.IgnoreConfiguredEndpointUrls = true;
        config.RegionEndpoint = Amazon.RegionEndpoint.EUWest1;
        config.MaxErrorRetry = 0;
        config.HttpClientFactory = new Factory(answer, type);
        var client = (T)T.CreateDefaultServiceClient(new BasicAWSCredentials("test", "test"), config);
        for (var i = 0; i < WarmUp; i++)
        {
            await call(client);
        }

        // All of it happens on this thread, for nothing waits.
        var (bytes, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        for (var i = 0; i < Calls; i++)
        {
            await call(client);
        }

        return ((GC.GetAllocatedBytesForCurrentThread() - bytes) / Calls, watch.Elapsed.TotalMicroseconds / Calls);
    }

    private sealed class Factory(byte[] answer, string type) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(answer, type));
    }

    private sealed class Handler(byte[] answer, string type) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(answer) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            response.Headers.TryAddWithoutValidation("x-amzn-RequestId", "request-1");
            return Task.FromResult(response);
        }
    }
}
