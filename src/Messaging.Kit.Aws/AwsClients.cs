using Amazon;
using Amazon.Extensions.NETCore.Setup;
using Amazon.Runtime;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Aws;

/// <summary>The application's clients of one service: one for each way to reach it, and that is nearly always one.</summary>
/// <typeparam name="TClient">What the transport talks to, and what the application can hand in or register.</typeparam>
/// <typeparam name="TService">The client that is made when there is none.</typeparam>
/// <param name="services">The application's services.</param>
/// <param name="service">The service's name, for people.</param>
/// <param name="host">How AWS calls the service in its hosts, such as <c>sqs</c>.</param>
/// <param name="callTimeout">How long a call may take where the application's <c>AWSOptions</c> do not say; a client has one time limit for all of its calls.</param>
internal abstract class AwsClients<TClient, TService>(IServiceProvider services, string service, string host, TimeSpan callTimeout) : IDisposable
    where TClient : class
    where TService : class, TClient, IAmazonService
{
    private readonly Dictionary<Connection, TClient> _own = [];
    private readonly Lock _gate = new();

    /// <summary>The client that options ask for.</summary>
    /// <param name="options">The options.</param>
    /// <param name="client">The client they have, if any.</param>
    /// <param name="region">The region of what is to be reached, which its URL or ARN tells; it counts when nothing else names one.</param>
    /// <exception cref="MessagingException">There is no way to reach the service; the text says what is missing.</exception>
    protected TClient Get(IAwsConnectionOptions options, TClient? client, string? region)
    {
        if (client is not null)
        {
            return client;
        }

        if (options.ServiceUrl is null && options.Region is null)
        {
            if (services.GetService<TClient>() is { } registered)
            {
                return registered;
            }

            if (services.GetService<AWSOptions>() is { } aws)
            {
                return Own(new(null, null, options.ConnectTimeout, false), connection => Create(aws, connection));
            }
        }

        return Own(new(options.ServiceUrl, options.Region ?? region, options.ConnectTimeout, options.AllowInsecureHttp), Create);
    }

    /// <summary>The region that a URL of the service names, or <see langword="null"/>.</summary>
    protected virtual string? RegionOf(string url) => AwsEndpoint.RegionOf(url, host);

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var client in _own.Values)
            {
                (client as IDisposable)?.Dispose();
            }
        }
    }

    private TClient Own(Connection connection, Func<Connection, TClient> create)
    {
        lock (_gate)
        {
            return _own.TryGetValue(connection, out var client) ? client : _own[connection] = create(connection);
        }
    }

    // The application's own settings go before; what they leave open are the SDK's defaults, and those wait for ever.
    private TService Create(AWSOptions options, Connection connection)
    {
        var client = options.CreateServiceClient<TService>();
        if (client.Config is ClientConfig config)
        {
            config.Timeout ??= callTimeout;
            config.ConnectTimeout ??= connection.ConnectTimeout;
            config.HttpClientFactory ??= new AwsHttpClientFactory();
        }

        return client;
    }

    private TService Create(Connection connection)
    {
        var config = TService.CreateDefaultClientConfig();

        // The kit retries by itself, entry by entry and with back-off; two layers of retries would multiply.
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.Timeout = callTimeout;
        config.ConnectTimeout = connection.ConnectTimeout;
        config.HttpClientFactory = new AwsHttpClientFactory();

        // Where the options name no endpoint, the SDK reads AWS_ENDPOINT_URL_<service>, AWS_ENDPOINT_URL and the profile.
        if ((connection.ServiceUrl ?? config.ServiceURL) is { Length: > 0 } endpoint)
        {
            if (AwsEndpoint.FaultOf(endpoint, connection.AllowInsecureHttp, host) is { } fault)
            {
                throw new MessagingException($"{service}: {fault}");
            }

            // Without a region to sign for, the SDK looks for one at every call, and throws and swallows six exceptions on the way.
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = connection.Region ?? RegionOf(endpoint)
                ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION") ?? "us-east-1";
        }
        else if (connection.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(connection.Region);
        }

        var credentials = CredentialsOf(services.GetService<AWSOptions>());
        try
        {
            return (TService)TService.CreateDefaultServiceClient(credentials, config);
        }
        catch (AmazonClientException exception)
        {
            throw new MessagingException($"{service} cannot be reached: {exception.Message}. Set Region or ServiceUrl, or the environment variable AWS_REGION.", exception);
        }
    }

    // Where the application names none, the SDK looks for them when they are needed, and not before.
    private static AWSCredentials? CredentialsOf(AWSOptions? options) =>
        options is null or { Credentials: null, Profile: null, SessionRoleArn: null } ? null : options.GetCredentials();

    private readonly record struct Connection(string? ServiceUrl, string? Region, TimeSpan ConnectTimeout, bool AllowInsecureHttp);
}
