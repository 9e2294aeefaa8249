using System.Collections.Concurrent;
using Amazon;
using Amazon.Extensions.NETCore.Setup;
using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sqs;

/// <summary>The application's clients: one for each way to reach SQS, and that is nearly always one.</summary>
internal sealed class SqsClients(IServiceProvider services) : IDisposable
{
    // The longest poll and a margin. A client has one timeout for all of its calls.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Connection, Lazy<IAmazonSQS>> _own = new();

    /// <summary>The client for a queue.</summary>
    /// <param name="options">The queue's options.</param>
    /// <param name="queue">Its name or URL; a URL of AWS tells the region when nothing else does.</param>
    /// <exception cref="MessagingException">There is no way to reach SQS; the text says what is missing.</exception>
    public IAmazonSQS Get(SqsTransportOptions options, string queue)
    {
        if (options.Client is not null)
        {
            return options.Client;
        }

        if (options.ServiceUrl is null && options.Region is null)
        {
            if (services.GetService<IAmazonSQS>() is { } registered)
            {
                return registered;
            }

            if (services.GetService<AWSOptions>() is { } aws)
            {
                return Own(new(null, null, options.ConnectTimeout, false), connection => Create(aws, connection));
            }
        }

        return Own(new(options.ServiceUrl, options.Region ?? SqsQueue.RegionOf(queue), options.ConnectTimeout, options.AllowInsecureHttp), Create);
    }

    public void Dispose()
    {
        foreach (var client in _own.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    private IAmazonSQS Own(Connection connection, Func<Connection, IAmazonSQS> create) =>
        _own.GetOrAdd(connection, key => new(() => create(key))).Value;

    // The application's own settings go before; what they leave open are the SDK's defaults, and those wait for ever.
    private static IAmazonSQS Create(AWSOptions options, Connection connection)
    {
        var client = options.CreateServiceClient<IAmazonSQS>();
        if (client.Config is ClientConfig config)
        {
            config.Timeout ??= CallTimeout;
            config.ConnectTimeout ??= connection.ConnectTimeout;
            config.HttpClientFactory ??= new SqsHttpClientFactory();
        }

        return client;
    }

    private AmazonSQSClient Create(Connection connection)
    {
        var config = new AmazonSQSConfig
        {
            // The kit retries by itself, entry by entry and with back-off; two layers of retries would multiply.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            Timeout = CallTimeout,
            ConnectTimeout = connection.ConnectTimeout,
            HttpClientFactory = new SqsHttpClientFactory(),
        };

        // Where the options name no endpoint, the SDK reads AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL and the profile.
        if ((connection.ServiceUrl ?? config.ServiceURL) is { Length: > 0 } endpoint)
        {
            if (SqsTransportOptionsValidator.EndpointFault(endpoint, connection.AllowInsecureHttp) is { } fault)
            {
                throw new MessagingException($"SQS: {fault}");
            }

            // Without a region to sign for, the SDK looks for one at every call, and throws and swallows six exceptions on the way.
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = connection.Region ?? SqsQueue.RegionOf(endpoint)
                ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION") ?? "us-east-1";
        }
        else if (connection.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(connection.Region);
        }

        try
        {
            return services.GetService<AWSOptions>()?.Credentials is { } credentials ? new(credentials, config) : new(config);
        }
        catch (AmazonClientException exception)
        {
            throw new MessagingException($"SQS cannot be reached: {exception.Message}. Set Region or ServiceUrl, or the environment variable AWS_REGION.", exception);
        }
    }

    private readonly record struct Connection(string? ServiceUrl, string? Region, TimeSpan ConnectTimeout, bool AllowInsecureHttp);
}
