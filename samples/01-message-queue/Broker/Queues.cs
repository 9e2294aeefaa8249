using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit;
using Messaging.Kit.Hosting;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace MessageQueue;

/// <summary>The queues by their logical names, on the broker that the options ask for.</summary>
internal sealed class Queues(Options options, string prefix)
{
    public const string Orders = "orders";
    public const string OrdersDead = "orders-dlq";
    public const string Stock = "stock.fifo";
    public const string StockDead = "stock-dlq.fifo";

    // A long poll costs fewest calls. But emulators do not notice that a process was killed, and hand messages to its last poll; and moto
    // breaks the order of a FIFO queue while two polls wait. Both are over with the poll, so on emulators it is short.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortPoll = TimeSpan.FromSeconds(1);

    private static readonly string[] All = [Orders, OrdersDead, Stock, StockDead];

    public string Prefix => prefix;

    /// <summary>A queue to publish to.</summary>
    public Func<DestinationBuilder, TransportDestination> To(string queue) => to =>
        options.Transport == Transport.Sqs ? to.Sqs(queue) : to.InMemory(queue);

    /// <summary>A queue to consume from.</summary>
    public Func<SourceBuilder, TransportSource> From(string queue) => from =>
        options.Transport == Transport.Sqs ? from.Sqs(queue) : from.InMemory(queue, its => its.VisibilityTimeout = options.Lease);

    /// <summary>Physical names for the logical ones, and queues that are made when they are missing.</summary>
    public void Configure(MessagingOptions messaging)
    {
        messaging.Topology = TopologyMode.Create;
        foreach (var queue in All)
        {
            messaging.Names[queue] = $"{prefix}-{queue}";
        }
    }

    /// <summary>How SQS is reached.</summary>
    public void AddSqs(IServiceCollection services)
    {
        services.AddSqsTransport(sqs =>
        {
            sqs.ServiceUrl = options.Endpoint?.OriginalString ?? sqs.ServiceUrl;
            sqs.VisibilityTimeout = options.Lease;
            sqs.WaitTime = options.WaitGiven ?? (IsEmulator ? ShortPoll : LongPoll);
            sqs.AllowInsecureHttp = IsEmulator;
        });
        PretendCredentials();
    }

    /// <summary>Deletes queues that were made for this run alone.</summary>
    /// <returns>What to tell the user.</returns>
    public async Task<string> DeleteAsync()
    {
        using var client = new AmazonSQSClient(
            Endpoint is { } endpoint ? new AmazonSQSConfig { ServiceURL = endpoint.OriginalString, AuthenticationRegion = "us-east-1" } : new AmazonSQSConfig());
        try
        {
            foreach (var queue in (await client.ListQueuesAsync(prefix + "-")).QueueUrls ?? [])
            {
                await client.DeleteQueueAsync(queue);
            }

            return "The queues of the run have been deleted.";
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            return $"The queues {prefix}-* could not be deleted: {exception.Message}";
        }
    }

    private Uri? Endpoint =>
        options.Endpoint
        ?? (Uri.TryCreate(Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_SQS") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"), UriKind.Absolute, out var url) ? url : null);

    // AWS itself is reached by https.
    private bool IsEmulator => Endpoint is { Scheme: "http" };

    // An emulator takes any credentials, but the SDK does not go without.
    private void PretendCredentials()
    {
        if (IsEmulator && Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") is null or "")
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        }
    }
}
