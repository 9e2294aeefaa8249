using Amazon.Runtime;

namespace Messaging.Kit.Aws;

/// <summary>
/// HTTP clients that notice when the endpoint's address changes: the SDK's own keep a connection for as long as it is used.
/// </summary>
internal sealed class AwsHttpClientFactory : HttpClientFactory
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = ConnectionLifetime,
            AllowAutoRedirect = clientConfig.AllowAutoRedirect,
        };
        if (clientConfig.ConnectTimeout is { } connectTimeout)
        {
            handler.ConnectTimeout = connectTimeout;
        }

        if (clientConfig.GetWebProxy() is { } proxy)
        {
            // The SDK keeps them apart from their proxy, and its own factory puts them there.
            proxy.Credentials ??= clientConfig.ProxyCredentials;
            handler.Proxy = proxy;
        }

        if (clientConfig.MaxConnectionsPerServer is { } connections)
        {
            handler.MaxConnectionsPerServer = connections;
        }

        var client = new HttpClient(new AwsAnswerHandler(handler));
        if (clientConfig.Timeout is { } timeout)
        {
            client.Timeout = timeout;
        }

        return client;
    }
}
