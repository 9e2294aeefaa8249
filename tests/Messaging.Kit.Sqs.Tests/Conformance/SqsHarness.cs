using System.Globalization;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Aws;
using Messaging.Kit.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Sqs.Tests.Conformance;

/// <summary>SQS over one endpoint: a queue of each test's own, a standard one unless a test needs more.</summary>
public abstract class SqsHarness : TransportHarness
{
    private AmazonSQSClient? _client;

    /// <summary>The endpoint's name in <see cref="BrokerEndpoints.AwsVariable"/>.</summary>
    protected abstract string Endpoint { get; }

    /// <summary>Whether every queue is FIFO, not only where a test needs it.</summary>
    protected virtual bool IsFifo => false;

    private AmazonSQSClient Client => _client ?? throw new InvalidOperationException("The harness has not been started.");

    public override async ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken)
    {
        var isFifo = IsFifo || options.Ordered || options.Deduplicated;
        var queue = new SqsQueue($"kit-{Guid.NewGuid():N}{(isFifo ? ".fifo" : "")}", Client);
        if (!options.Missing)
        {
            await Client.CreateQueueAsync(new CreateQueueRequest(queue.Name) { Attributes = Attributes(options, isFifo) }, cancellationToken);
        }

        var receiving = new SqsTransportOptions { VisibilityTimeout = options.Lease, WaitTime = options.Poll };
        return new TransportChannel(
            () => new SqsSender(queue, NullLogger<SqsSender>.Instance),
            () => new SqsReceiver(queue, receiving, TimeProvider.System, NullLogger<SqsReceiver>.Instance))
        {
            Remove = options.Missing ? null : async () => await Client.DeleteQueueAsync((await Client.GetQueueUrlAsync(queue.Name, CancellationToken.None)).QueueUrl, CancellationToken.None),
        };
    }

    protected override async ValueTask<string?> StartAsync()
    {
        if (await AwsEndpoints.FindAsync(Endpoint) is not { } url)
        {
            return $"The environment variable {BrokerEndpoints.AwsVariable} has no '{Endpoint}=http://...', and AWS_ENDPOINT_URL_SQS does not name it either. See the README, 'Tests on real brokers'.";
        }

        var config = new AmazonSQSConfig
        {
            ServiceURL = url.ToString(),
            AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1",
            MaxErrorRetry = 0,
            HttpClientFactory = new AwsHttpClientFactory(),
        };
        _client = Endpoint == AwsEndpoints.Aws ? new AmazonSQSClient(config) : new AmazonSQSClient(new BasicAWSCredentials("test", "test"), config);
        try
        {
            await _client.ListQueuesAsync(new ListQueuesRequest { MaxResults = 1 });
            return null;
        }
        catch (Exception exception) when (exception is AmazonClientException or HttpRequestException or OperationCanceledException)
        {
            return $"{Endpoint} does not answer at {url}: {exception.Message}";
        }
    }

    protected override ValueTask StopAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Dictionary<string, string> Attributes(ChannelOptions options, bool isFifo)
    {
        var attributes = new Dictionary<string, string>
        {
            [QueueAttributeName.VisibilityTimeout] = options.Lease.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        };
        if (isFifo)
        {
            attributes[QueueAttributeName.FifoQueue] = "true";
        }

        return attributes;
    }
}
