using System.Globalization;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Aws;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Sqs;
using Messaging.Kit.Sqs.Tests.Conformance;
using Messaging.Kit.Testing;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Sns.Tests.Conformance;

/// <summary>SNS to SQS over one endpoint: a topic and a queue of each test's own, standard ones unless a test needs more, subscribed as the kit does it.</summary>
public abstract class SnsHarness : TransportHarness
{
    private AmazonSQSClient? _sqs;
    private SnsServiceClient? _sns;

    /// <summary>The endpoint's name in <see cref="BrokerEndpoints.AwsVariable"/>.</summary>
    protected abstract string Endpoint { get; }

    /// <summary>Whether every topic and queue is FIFO, not only where a test needs it.</summary>
    protected virtual bool IsFifo => false;

    /// <summary>Whether queues get the messages themselves.</summary>
    protected virtual bool IsRaw => true;

    /// <summary>Whether the emulator's FIFO queues take nothing from its topics otherwise.</summary>
    protected virtual bool QueueNeedsContentBasedDeduplication => false;

    private AmazonSQSClient Sqs => _sqs ?? throw new InvalidOperationException("The harness has not been started.");

    private SnsServiceClient Sns => _sns ?? throw new InvalidOperationException("The harness has not been started.");

    public override async ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken)
    {
        var isFifo = IsFifo || options.Ordered || options.Deduplicated;
        var name = $"kit-{Guid.NewGuid():N}{(isFifo ? ".fifo" : "")}";
        var (topic, queue) = (new SnsTopic(name, Sns, null), new SqsQueue(name, Sqs));
        if (!options.Missing)
        {
            await Sqs.CreateQueueAsync(new CreateQueueRequest(queue.Name) { Attributes = Attributes(options, isFifo) }, cancellationToken);
            List<string> differences = [];
            await new SnsSubscriptionTopology(topic, new(), queue, null, new(new()) { RawDelivery = IsRaw }, differences, TimeProvider.System)
                .ApplyAsync(TopologyMode.Create, cancellationToken);
            Assert.Empty(differences);
        }

        var receiving = new SqsTransportOptions { VisibilityTimeout = options.Lease, WaitTime = options.Poll };
        return new TransportChannel(
            () => new SnsSender(topic, null, NullLogger<SnsSender>.Instance),
            () => new SqsReceiver(queue, receiving, TimeProvider.System, NullLogger<SqsReceiver>.Instance))
        {
            Remove = options.Missing ? null : async () =>
            {
                await Sns.DeleteTopicAsync(await topic.GetArnAsync(CancellationToken.None), CancellationToken.None);
                await Sqs.DeleteQueueAsync(await queue.GetUrlAsync(CancellationToken.None), CancellationToken.None);
            },
        };
    }

    protected override async ValueTask<string?> StartAsync()
    {
        if (await AwsEndpoints.FindAsync(Endpoint) is not { } url)
        {
            return $"The environment variable {BrokerEndpoints.AwsVariable} has no '{Endpoint}=http://...', and AWS_ENDPOINT_URL does not name it either. See the README, 'Tests on real brokers'.";
        }

        var credentials = new BasicAWSCredentials("test", "test");
        _sqs = new AmazonSQSClient(credentials, Configure(new AmazonSQSConfig(), url));
        _sns = (SnsServiceClient)SnsServiceClient.CreateDefaultServiceClient(credentials, Configure(SnsServiceClient.CreateDefaultClientConfig(), url));
        try
        {
            await _sns.ListTopicsAsync();
            return null;
        }
        catch (Exception exception) when (exception is AmazonClientException or HttpRequestException or OperationCanceledException)
        {
            return $"{Endpoint} does not answer at {url}: {exception.Message}";
        }
    }

    protected override ValueTask StopAsync()
    {
        _sqs?.Dispose();
        _sns?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static TConfig Configure<TConfig>(TConfig config, Uri url)
        where TConfig : ClientConfig
    {
        config.ServiceURL = url.ToString();
        config.AuthenticationRegion = LiveAws.Region;
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.HttpClientFactory = new AwsHttpClientFactory();
        return config;
    }

    private Dictionary<string, string> Attributes(ChannelOptions options, bool isFifo)
    {
        var attributes = new Dictionary<string, string>
        {
            [QueueAttributeName.VisibilityTimeout] = options.Lease.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        };
        if (isFifo)
        {
            attributes[QueueAttributeName.FifoQueue] = "true";
        }

        if (isFifo && QueueNeedsContentBasedDeduplication)
        {
            attributes[QueueAttributeName.ContentBasedDeduplication] = "true";
        }

        return attributes;
    }
}
