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

namespace Messaging.Kit.EventBridge.Tests.Conformance;

/// <summary>EventBridge to SQS over one endpoint: a bus, a rule and a queue of each test's own, made as the kit does it.</summary>
public abstract class EventBridgeHarness : TransportHarness
{
    private AmazonSQSClient? _sqs;
    private EventBridgeServiceClient? _events;

    /// <summary>The endpoint's name in <see cref="BrokerEndpoints.AwsVariable"/>.</summary>
    protected abstract string Endpoint { get; }

    private AmazonSQSClient Sqs => _sqs ?? throw new InvalidOperationException("The harness has not been started.");

    private EventBridgeServiceClient Events => _events ?? throw new InvalidOperationException("The harness has not been started.");

    public override async ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken)
    {
        var name = $"kit-{Guid.NewGuid():N}";
        var (bus, queue) = (new EventBridgeConnection(name, Events), new SqsQueue(name, Sqs));
        if (!options.Missing)
        {
            var lease = options.Lease.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            await Sqs.CreateQueueAsync(new CreateQueueRequest(name) { Attributes = new() { [QueueAttributeName.VisibilityTimeout] = lease } }, cancellationToken);
            var topology = new EventBridgeTopology(bus, new(), NullLogger<EventBridgeTopology>.Instance);
            List<string> differences = [];
            await new EventBridgeRuleTopology(bus, topology, queue, null, new(new()), differences, TimeProvider.System).ApplyAsync(TopologyMode.Create, cancellationToken);
            Assert.Empty(differences);
        }

        var receiving = new SqsTransportOptions { VisibilityTimeout = options.Lease, WaitTime = options.Poll };
        return new TransportChannel(
            () => new EventBridgeSender(bus, [], NullLogger<EventBridgeSender>.Instance),
            () => new SqsReceiver(queue, receiving, TimeProvider.System, NullLogger<SqsReceiver>.Instance))
        {
            Remove = options.Missing ? null : async () =>
            {
                await Events.RemoveTargetsAsync(name, name, [name], CancellationToken.None);
                await Events.DeleteRuleAsync(name, name, CancellationToken.None);
                await Events.DeleteEventBusAsync(name, CancellationToken.None);
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
        _events = (EventBridgeServiceClient)EventBridgeServiceClient.CreateDefaultServiceClient(credentials, Configure(EventBridgeServiceClient.CreateDefaultClientConfig(), url));
        try
        {
            await _events.DescribeEventBusAsync(null);
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
        _events?.Dispose();
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
}
