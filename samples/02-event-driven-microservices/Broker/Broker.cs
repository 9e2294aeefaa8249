using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit;
using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace EventDrivenMicroservices;

/// <summary>The bus, the topic and the queues, on the broker that the options ask for.</summary>
internal sealed class Broker(Options options, string name)
{
    // Emulators do not notice that a process was killed, and hand messages to its last poll until that is over.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortPoll = TimeSpan.FromSeconds(1);

    // One for all hosts of the process.
    private readonly InMemoryBroker _embedded = new();

    private bool IsAws => options.Transport == Transport.Aws;

    /// <summary>What the names begin with.</summary>
    public string Name => name;

    /// <summary>The bus, to publish to.</summary>
    public Func<DestinationBuilder, TransportDestination> Bus => to => IsAws ? to.EventBridge(Routes.Bus) : to.InMemoryBus(Routes.Bus);

    /// <summary>The topic, to publish to.</summary>
    public Func<DestinationBuilder, TransportDestination> Topic => to => IsAws ? to.Sns(Routes.Outcomes) : to.InMemoryTopic(Routes.Outcomes);

    /// <summary>A queue, to publish to it and nobody else.</summary>
    public Func<DestinationBuilder, TransportDestination> To(Route route) => to => IsAws ? to.Sqs(route.Queue) : to.InMemory(route.Queue);

    /// <summary>A queue to consume from, fed as its route says.</summary>
    public Func<SourceBuilder, TransportSource> From(Route route) => from => IsAws
        ? from.Sqs(route.Queue, queue =>
        {
            foreach (var rule in route.Rules)
            {
                queue.SubscribeToEventBridge(Routes.Bus, its => (its.Name, its.Pattern, its.Transformer) = (rule.Name, rule.Pattern, rule.Transformer));
            }

            if (route.Subscription is { } subscription)
            {
                queue.SubscribeToSns(subscription.Topic, its => its.Filter = subscription.Filter);
            }
        })
        : from.InMemory(route.Queue, queue =>
        {
            queue.VisibilityTimeout = options.Lease;
            foreach (var rule in route.Rules)
            {
                queue.AddRule(Routes.Bus, rule.Pattern, rule.Transformer);
            }

            if (route.Subscription is { Filter: { } filter })
            {
                queue.SubscribeTo(route.Subscription.Topic, filter);
            }
            else if (route.Subscription is { } subscription)
            {
                queue.SubscribeTo(subscription.Topic);
            }
        });

    /// <summary>Physical names for the logical ones, and everything is made when it is missing.</summary>
    public void Configure(MessagingOptions messaging)
    {
        messaging.Topology = TopologyMode.Create;
        foreach (var logical in (string[])[Routes.Bus, Routes.Outcomes, .. Routes.All.Select(route => route.Queue)])
        {
            messaging.Names[logical] = $"{name}-{logical}";
        }
    }

    /// <summary>How the broker is reached.</summary>
    public void AddTransport(IServiceCollection services)
    {
        if (!IsAws)
        {
            services.AddSingleton(_embedded);
            return;
        }

        services.AddSqsTransport(sqs =>
        {
            sqs.ServiceUrl = options.Endpoint?.OriginalString ?? sqs.ServiceUrl;
            sqs.AllowInsecureHttp = IsEmulator("SQS");
            sqs.VisibilityTimeout = options.Lease;
            sqs.WaitTime = IsEmulator("SQS") ? ShortPoll : LongPoll;
        });
        services.AddSnsTransport(sns => (sns.ServiceUrl, sns.AllowInsecureHttp) = (options.Endpoint?.OriginalString ?? sns.ServiceUrl, IsEmulator("SNS")));
        services.AddEventBridgeTransport(bus => (bus.ServiceUrl, bus.AllowInsecureHttp) = (options.Endpoint?.OriginalString ?? bus.ServiceUrl, IsEmulator("EVENTBRIDGE")));
        PretendCredentials();
    }

    /// <summary>Deletes queues that were made for this run alone.</summary>
    /// <returns>What to tell the user.</returns>
    public async Task<string> DeleteAsync()
    {
        using var client = new AmazonSQSClient(
            EndpointOf("SQS") is { } endpoint ? new AmazonSQSConfig { ServiceURL = endpoint.OriginalString, AuthenticationRegion = "us-east-1" } : new AmazonSQSConfig());
        try
        {
            foreach (var queue in (await client.ListQueuesAsync(name + "-")).QueueUrls ?? [])
            {
                await client.DeleteQueueAsync(queue);
            }

            return $"The queues of the run have been deleted; the bus {name}-{Routes.Bus} and the topic {name}-{Routes.Outcomes}, which cost nothing, have not.";
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            return $"The queues {name}-* could not be deleted: {exception.Message}";
        }
    }

    private Uri? EndpointOf(string service) =>
        options.Endpoint
        ?? (Uri.TryCreate(Environment.GetEnvironmentVariable($"AWS_ENDPOINT_URL_{service}") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"), UriKind.Absolute, out var url) ? url : null);

    // AWS itself is reached by https.
    private bool IsEmulator(string service) => EndpointOf(service) is { Scheme: "http" };

    // An emulator takes any credentials, but the SDK does not go without.
    private void PretendCredentials()
    {
        if (IsEmulator("SQS") && Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") is null or "")
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        }
    }
}
