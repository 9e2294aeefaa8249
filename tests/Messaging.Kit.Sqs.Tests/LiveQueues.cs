using System.Diagnostics;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Sqs.Tests;

/// <summary>
/// Queues of a real endpoint, found by AWS's conventions as an application finds it. Each test has queues of its own and leaves
/// none behind.
/// </summary>
internal sealed class LiveQueues : IAsyncDisposable
{
    private readonly string _prefix = "kit-" + Guid.NewGuid().ToString("n")[..12] + "-";
    private readonly HashSet<string> _names = [];
    private readonly ServiceProvider _services;
    private readonly SqsClients _clients;

    public LiveQueues()
    {
        Assert.SkipUnless(
            IsSet("AWS_ENDPOINT_URL_SQS") || IsSet("AWS_ENDPOINT_URL"),
            "No endpoint of SQS. Start one with 'broker start elasticmq' and set AWS_ENDPOINT_URL_SQS to the address that it prints.");

        // Emulators take any credentials, but the SDK wants some.
        if (!IsSet("AWS_ACCESS_KEY_ID") && !IsSet("AWS_PROFILE"))
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        }

        _services = new ServiceCollection().BuildServiceProvider();
        _clients = new SqsClients(_services);
        Client = _clients.Get(new(), "");
    }

    public IAmazonSQS Client { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A name that nobody else uses; a queue of this name is deleted in the end.</summary>
    public string Name(string name)
    {
        var unique = _prefix + name;
        _names.Add(unique);
        return unique;
    }

    /// <summary>Creates a queue.</summary>
    public async Task<string> CreateAsync(string name)
    {
        var unique = Name(name);
        await CreateAgainAsync(unique);
        return unique;
    }

    public async Task CreateAgainAsync(string unique) => await Client.CreateQueueAsync(
        new CreateQueueRequest(unique) { Attributes = SqsQueue.IsFifoName(unique) ? new() { ["FifoQueue"] = "true" } : [] }, Token);

    public async Task DeleteAsync(string unique) => await Client.DeleteQueueAsync((await Client.GetQueueUrlAsync(unique, Token)).QueueUrl, Token);

    public SqsSender Sender(string unique) => new(new SqsQueue(unique, Client), NullLogger<SqsSender>.Instance);

    public SqsReceiver Receiver(string unique, int leaseSeconds = 30, int waitSeconds = 1) => new(
        new SqsQueue(unique, Client),
        new() { VisibilityTimeout = TimeSpan.FromSeconds(leaseSeconds), WaitTime = TimeSpan.FromSeconds(waitSeconds) },
        TimeProvider.System,
        NullLogger<SqsReceiver>.Instance);

    public async Task<IReadOnlyList<string>> ApplyAsync(string unique, TopologyMode mode, Action<SqsTransportOptions>? configure = null)
    {
        var options = new SqsTransportOptions();
        configure?.Invoke(options);
        return await new SqsTopology(new SqsQueue(unique, Client), options.RedriveTo, options, TimeProvider.System).ApplyAsync(mode, Token);
    }

    public static Envelope Message(string id, string? key = null, double delaySeconds = 0) =>
        new(id, "test", Encoding.UTF8.GetBytes($"\"{id}\"")) { Key = key, Delay = TimeSpan.FromSeconds(delaySeconds) };

    public static async Task SendAsync(SqsSender sender, params Envelope[] envelopes)
    {
        var batch = new TransportBatch<Envelope>(envelopes);
        await sender.SendAsync(batch, Token);
        Assert.All(Enumerable.Range(0, batch.Count), i => Assert.Null(batch.FailureOf(i)));
    }

    /// <summary>Receives until there are so many messages, for half a minute at most.</summary>
    public static async Task<List<ReceivedEnvelope>> ReceiveAsync(SqsReceiver receiver, int count)
    {
        var (received, watch) = (new List<ReceivedEnvelope>(), Stopwatch.StartNew());
        while (received.Count < count && watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            received.AddRange(await receiver.ReceiveAsync(Math.Min(10, count - received.Count), Token));
        }

        Assert.Equal(count, received.Count);
        return received;
    }

    public static async Task<ReceivedEnvelope> ReceiveOneAsync(SqsReceiver receiver) => Assert.Single(await ReceiveAsync(receiver, 1));

    public static async Task SettleAsync(SqsReceiver receiver, Settlement settlement, params ReceivedEnvelope[] envelopes)
    {
        var batch = new TransportBatch<SettledEnvelope>([.. envelopes.Select(envelope => new SettledEnvelope(envelope, settlement))]);
        await receiver.SettleAsync(batch, Token);
        Assert.All(Enumerable.Range(0, batch.Count), i => Assert.Null(batch.FailureOf(i)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _names)
        {
            try
            {
                await DeleteAsync(name);
            }
            catch (QueueDoesNotExistException)
            {
                // The test never made it, or deleted it itself.
            }
        }

        _clients.Dispose();
        await _services.DisposeAsync();
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
