using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Sns;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Aws.Tests.Topology;

/// <summary>Stacks on emulators from what hosts export, and those hosts on them.</summary>
public sealed class LiveStackTests
{
    private const string MiniStack = "ministack";
    private const string Moto = "moto";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TopologyMode.None)]
    [InlineData(TopologyMode.Validate)]
    public async Task Host_runs_on_its_stack_and_does_all_that_its_policy_allows_and_nothing_else(TopologyMode mode)
    {
        using var recorder = new CallRecorder();
        var (prefix, handled) = ($"{LiveAws.Unique("s")}-", new ConcurrentBag<string>());
        using var host = Build(MiniStack, recorder, mode, kit => ShopHost.RegisterAll(kit, prefix, envelope => HandleAsync(envelope, handled)));
        var policy = JsonNode.Parse(host.Services.ExportIamPolicy(LiveAws.Account, LiveAws.Region))!;
        await using var stack = await LiveStack.CreateAsync(MiniStack, prefix.TrimEnd('-'), host.Services.ExportCloudFormation());
        Assert.Contains(":policy/", await stack.GetOutputAsync("HostPolicyArn"), StringComparison.Ordinal);

        // With Validate it would not start if anything were missing or different.
        await host.StartAsync(Token);
        var bus = host.Services.GetRequiredService<IMessageBus>();
        await bus.PublishAsync(new ShopHost.OrderPlaced(1), cancellationToken: Token);
        await bus.PublishAsync(new ShopHost.OrderPlaced(666), cancellationToken: Token);
        await bus.PublishAsync(new ShopHost.OrderPaid(2), cancellationToken: Token);
        await bus.PublishAsync(new ShopHost.StockMoved("sku-3"), cancellationToken: Token);
        await bus.PublishAsync(new ShopHost.StockMoved("sku-666"), cancellationToken: Token);
        foreach (var consumer in host.Services.GetRequiredService<MessageConsumers>())
        {
            await consumer.GetBacklogAsync(Token);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        (string, string)[] deadLetters = [("sqs:SendMessage", Queue("shipping-dead")), ("sqs:SendMessage", Queue("stock-dead.fifo"))];
        while (handled.Count < 3 || deadLetters.Except(recorder.Calls).Any())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }

        await host.StopAsync(Token);
        Assert.Equal(["order.paid", "order.placed", "stock.moved"], handled.Order());

        var allowed = policy["Statement"]!.AsArray().SelectMany(statement =>
            from action in Texts(statement!["Action"]!)
            from resource in Texts(statement["Resource"]!)
            select (action, resource)).ToHashSet();
        Assert.Empty(recorder.Calls.Except(allowed));
        Assert.Empty(allowed.Except(recorder.Calls));

        string Queue(string name) => $"arn:aws:sqs:{LiveAws.Region}:{LiveAws.Account}:{prefix}{name}";
    }

    /// <summary>
    /// MiniStack 1.5.33 makes topics of a stack with their names and nothing else (<c>_sns_create</c> in <c>services/cloudformation/provisioners.py</c> reads
    /// no attribute but DisplayName), so these differences are its own. It knows no <c>AWS::Events::Archive</c> either ("Unrecognized resource types"):
    /// moto makes those.
    /// </summary>
    [Fact]
    public async Task Attributes_of_topics_are_all_that_the_emulator_loses()
    {
        using var recorder = new CallRecorder();
        var prefix = $"{LiveAws.Unique("f")}-";
        using var host = Build(MiniStack, recorder, TopologyMode.Validate, kit => kit.Consume(from => from.Sns($"{prefix}moves.fifo", $"{prefix}audit.fifo", subscription =>
            {
                subscription.Topic = topic => (topic.HighThroughputFifo, topic.KmsKeyId, topic.MaximumMessageSize) = (true, "alias/shop", 2048);
                subscription.Filter = EventPattern.Parse("""{"detail":{"sku":["a"]}}""");
                (subscription.RedriveTo, subscription.RawDelivery) = ($"{prefix}dead.fifo", false);
                (subscription.Queue.RedriveTo, subscription.Queue.MaxReceiveCount) = ($"{prefix}abandoned.fifo", 4);
                (subscription.Queue.KmsKeyId, subscription.Queue.HighThroughputFifo, subscription.Queue.ContentBasedDeduplication) = ("alias/shop", true, true);
                (subscription.Queue.Delay, subscription.Queue.Retention) = (TimeSpan.FromSeconds(3), TimeSpan.FromDays(2));
            }))
            .HandleRaw((_, _) => default));
        await using var stack = await LiveStack.CreateAsync(MiniStack, prefix.TrimEnd('-'), host.Services.ExportCloudFormation());

        var message = (await Assert.ThrowsAsync<MessagingException>(() => host.StartAsync(Token))).Message;

        string[] expected = ["FifoTopic not set", "FifoThroughputScope not set", "KmsMasterKeyId not set", "MaximumMessageSize not set"];
        Assert.All(expected, difference => Assert.Contains($"Topic '{prefix}moves.fifo' has {difference}", message, StringComparison.Ordinal));
        Assert.Equal(expected.Length + 1, message.Split('\n').Length);
    }

    /// <summary>Without a pattern: moto 5.2.5 takes that of an archive in a template for text and answers 500 (<c>json.loads</c> of an object), where CloudFormation has JSON.</summary>
    [Fact]
    public async Task Archive_of_a_stack_is_as_it_was_registered()
    {
        using var recorder = new CallRecorder();
        var prefix = $"{LiveAws.Unique("a")}-";
        using var host = Build(Moto, recorder, TopologyMode.Validate, Register);
        var missing = await Assert.ThrowsAsync<MessagingException>(() => host.StartAsync(Token));
        Assert.Contains($"Bus '{prefix}shop' does not exist", missing.Message, StringComparison.Ordinal);
        await using var stack = await LiveStack.CreateAsync(Moto, prefix.TrimEnd('-'), host.Services.ExportCloudFormation());
        using var again = Build(Moto, recorder, TopologyMode.Validate, Register);

        await again.StartAsync(Token);
        await again.StopAsync(Token);
        Assert.Contains(("events:DescribeArchive", $"arn:aws:events:{LiveAws.Region}:{LiveAws.Account}:archive/{prefix}paid"), recorder.Calls);

        void Register(MessagingBuilder kit) => kit.Publish<ShopHost.OrderPaid>("order.paid", to => to.EventBridge($"{prefix}shop", bus =>
            (bus.Archive, bus.ArchiveRetention) = ($"{prefix}paid", TimeSpan.FromDays(30))));
    }

    private static async ValueTask HandleAsync(ReceivedEnvelope envelope, ConcurrentBag<string> handled)
    {
        await Task.Yield();
        if (Encoding.UTF8.GetString(envelope.Body.Span).Contains("666", StringComparison.Ordinal))
        {
            throw new PoisonMessageException("It is to be dead-lettered.");
        }

        // Everything is returned once, and then acknowledged.
        handled.Add(envelope.DeliveryCount > 1 ? envelope.Type : throw new InvalidOperationException("It is to come again."));
    }

    private static IHost Build(string emulator, CallRecorder recorder, TopologyMode mode, Action<MessagingBuilder> configure) => ShopHost.Build(
        configure,
        builder => builder.Services
            .AddSingleton<IAmazonSQS>(new AmazonSQSClient(new BasicAWSCredentials("test", "test"), Recorded(emulator, new AmazonSQSConfig(), recorder)))
            .AddSingleton<ISnsClient>(Connect<SnsServiceClient>(emulator, recorder))
            .AddSingleton<IEventBridgeClient>(Connect<EventBridgeServiceClient>(emulator, recorder)),
        ("Messaging:Topology", $"{mode}"));

    private static T Connect<T>(string emulator, CallRecorder recorder)
        where T : class, IAmazonService => (T)T.CreateDefaultServiceClient(new BasicAWSCredentials("test", "test"), Recorded(emulator, T.CreateDefaultClientConfig(), recorder));

    private static TConfig Recorded<TConfig>(string emulator, TConfig config, CallRecorder recorder)
        where TConfig : ClientConfig
    {
        LiveAws.Configure(config, emulator).HttpClientFactory = recorder.Clients;
        return config;
    }

    private static IEnumerable<string> Texts(JsonNode node) => node is JsonArray items ? items.Select(item => (string)item!) : [(string)node!];
}
