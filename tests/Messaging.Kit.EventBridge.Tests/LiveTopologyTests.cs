using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Messaging.Kit.Sqs.Tests;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.EventBridge.Tests;

/// <summary>Buses, rules and archives on emulators, as registrations make them: created, found as they are, and compared.</summary>
public sealed class LiveTopologyTests : IAsyncDisposable
{
    private readonly ServiceCollection _services = [];
    private readonly string _name = LiveAws.Unique("t");
    private ServiceProvider? _provider;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Bus => $"{_name}-shop";

    private string Queue => $"{_name}-shipping";

    private ServiceProvider Provider => _provider ??= _services.BuildServiceProvider();

    public async ValueTask DisposeAsync() => await (_provider?.DisposeAsync() ?? default);

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task What_is_missing_is_created_and_then_as_registered(string emulator)
    {
        var source = From(emulator, Queue, Describe);
        var missing = await ApplyAsync(source, Queue, TopologyMode.Validate);
        Assert.Equal(4, missing.Count);
        Assert.All(missing, difference => Assert.Contains("Topology to Create", difference, StringComparison.Ordinal));

        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Validate));

        var events = LiveAws.Connect<EventBridgeServiceClient>(emulator);
        var rule = await events.DescribeRuleAsync(Bus, "orders", Token);
        var target = Assert.Single((await events.ListTargetsByRuleAsync(Bus, "orders", cancellationToken: Token)).Items);
        Assert.Equal((3, 120), (target.MaximumRetryAttempts, target.MaximumEventAgeInSeconds));
        Assert.EndsWith($":{_name}-dead", target.DeadLetterArn, StringComparison.Ordinal);
        foreach (var queue in new[] { Queue, $"{_name}-dead" })
        {
            var policy = (await new SqsQueue(queue, Sqs(emulator)).ReadAttributesAsync(["Policy"], Token))["Policy"];
            Assert.Contains($"\"{rule.Arn}\"", policy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task Only_what_the_pattern_matches_arrives(string emulator)
    {
        var source = From(emulator, Queue, options =>
        {
            options.Pattern = EventPattern.Parse("""{"detail-type":["order.placed"],"detail":{"total":[{"numeric":[">",100]}]}}""");
            options.Queue.WaitTime = TimeSpan.FromSeconds(2);
        });
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));

        var arrived = Assert.Single(await ExchangeAsync(source, Message("1", "order.placed", 100), Message("2", "order.placed", 101), Message("3", "order.paid", 101)));

        Assert.Equal(("2", "order.placed", "/shop"), (arrived.Id, arrived.Type, arrived.Source));
        Assert.Equal("""{"total":101}""", Text(arrived));
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task Transformers_decide_what_arrives(string emulator)
    {
        var transformed = From(emulator, Queue, options =>
        {
            options.Transformer = InputTransformer.Parse(
                new Dictionary<string, string> { ["total"] = "$.detail.total", ["type"] = "$.detail-type" }, """{"sum":<total>,"what":"<type>"}""");
            options.Queue.WaitTime = TimeSpan.FromSeconds(2);
        });
        Assert.Empty(await ApplyAsync(transformed, Queue, TopologyMode.Create));
        Assert.Empty(await ApplyAsync(transformed, Queue, TopologyMode.Validate));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"sum":7,"what":"order.placed"}"""), JsonNode.Parse(Text(Assert.Single(await ExchangeAsync(transformed, Message("1", "order.placed", 7)))))));

        var differences = await ApplyAsync(From(emulator, Queue, _ => { }), Queue, TopologyMode.Validate);
        Assert.Equal(2, differences.Count);
    }

    [Theory]
    [InlineData("ministack")]
    public async Task Part_of_an_event_can_be_all_that_arrives(string emulator)
    {
        var source = From(emulator, Queue, options => (options.InputPath, options.Queue.WaitTime) = ("$.detail", TimeSpan.FromSeconds(2)));
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"total":7}"""), JsonNode.Parse(Text(Assert.Single(await ExchangeAsync(source, Message("1", "order.placed", 7)))))));
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task Every_difference_is_reported_and_nothing_is_changed(string emulator)
    {
        Assert.Empty(await ApplyAsync(From(emulator, Queue, Describe), Queue, TopologyMode.Create));
        var different = From(emulator, Queue, options =>
        {
            options.Name = "orders";
            options.Pattern = EventPattern.Parse("""{"detail-type":["order.paid"]}""");
            options.RedriveTo = $"{_name}-other";
            options.RetryAttempts = 4;
            options.MaximumEventAge = TimeSpan.FromMinutes(3);
            options.InputPath = "$.detail";
            options.Bus = bus => (bus.Archive, bus.ArchiveRetention, bus.ArchivePattern) = ($"{_name}a", TimeSpan.FromDays(8), EventPattern.Parse("""{"source":["x"]}"""));
        });

        foreach (var mode in new[] { TopologyMode.Create, TopologyMode.Validate })
        {
            var differences = await ApplyAsync(different, Queue, mode);
            Assert.Equal(7, differences.Count);
        }

        Assert.Empty(await ApplyAsync(From(emulator, Queue, Describe), Queue, TopologyMode.Validate));
    }

    [Theory]
    [InlineData("ministack")]
    public async Task Fifo_queue_gets_a_group_and_knows_duplicates_by_itself(string emulator)
    {
        var queue = $"{Queue}.fifo";
        var source = From(emulator, queue, options => (options.MessageGroupId, options.Queue.WaitTime) = ("all", TimeSpan.FromSeconds(2)));
        Assert.Empty(await ApplyAsync(source, queue, TopologyMode.Create));
        Assert.Equal("true", (await new SqsQueue(queue, Sqs(emulator)).ReadAttributesAsync(["ContentBasedDeduplication"], Token))["ContentBasedDeduplication"]);

        var arrived = await ExchangeAsync(source, queue, Message("1", "order.placed", 7));

        Assert.Equal(("1", "all"), (arrived[0].Id, arrived[0].Key));
        Assert.Contains("message group", Assert.Single(await ApplyAsync(From(emulator, queue, _ => { }), queue, TopologyMode.Create)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ministack")]
    public async Task Fifo_queue_that_does_not_know_duplicates_takes_nothing_from_a_rule(string emulator)
    {
        var queue = $"{Queue}.fifo";
        await new SqsQueue(queue, Sqs(emulator)).CreateAsync(new() { ["FifoQueue"] = "true" }, Token);
        var source = From(emulator, queue, options => (options.MessageGroupId, options.Queue.Topology, options.Topology) = ("all", TopologyMode.None, TopologyMode.Create));

        Assert.Contains("ContentBasedDeduplication", Assert.Single(await ApplyAsync(source, queue, TopologyMode.Validate)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ministack", TopologyMode.None)]
    [InlineData("ministack", TopologyMode.Validate)]
    [InlineData("moto", TopologyMode.None)]
    public async Task Bus_that_is_missing_is_a_difference_in_every_mode_but_create(string emulator, TopologyMode mode)
    {
        Connect(emulator);
        var destination = Assert.IsAssignableFrom<ITopology>(Builders.To(_services).EventBridge(Bus));

        Assert.Contains("does not exist", Assert.Single(await destination.ApplyAsync(mode, Bus, Provider, Token)), StringComparison.Ordinal);
        Assert.Empty(await destination.ApplyAsync(TopologyMode.Create, Bus, Provider, Token));
        Assert.Empty(await destination.ApplyAsync(mode, Bus, Provider, Token));
    }

    [Theory]
    [InlineData("ministack")]
    public async Task All_events_of_the_default_bus_are_nobodys_wish(string emulator)
    {
        Connect(emulator);
        var source = Builders.From(_services).EventBridge("default", Queue);

        Assert.Contains("Set Pattern", Assert.Single(await ApplyAsync(source, Queue, TopologyMode.Create)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ministack")]
    public async Task Archive_is_replayed_to_the_rules_that_are_named(string emulator)
    {
        var source = From(emulator, Queue, options =>
        {
            options.Name = "orders";
            options.Bus = bus => (bus.Archive, bus.ArchiveRetention) = ($"{_name}a", TimeSpan.FromDays(7));
            options.Queue.WaitTime = TimeSpan.FromSeconds(2);
        });
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));
        var sent = Message("1", "order.placed", 7);
        var first = Assert.Single(await ExchangeAsync(source, sent));
        Assert.Null(first.Headers["replayname"]);
        var replays = Provider.GetRequiredService<EventBridgeReplays>();

        var replay = await replays.StartAsync($"{_name}a", DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(5), ["orders"], Token);
        Assert.Contains(replay.State, new[] { "STARTING", "RUNNING", "COMPLETED" });
        await using var receiver = source.CreateReceiver(Queue, Provider);
        ReceivedEnvelope? again = null;
        for (var attempt = 0; again is null && attempt < 5; attempt++)
        {
            again = (await receiver.ReceiveAsync(10, Token)).FirstOrDefault(envelope => envelope.Headers["replayname"] is not null);
        }

        Assert.Equal(("1", replay.Name), (again?.Id, again?.Headers["replayname"]));
        var state = replay.State;
        for (var attempt = 0; state is "STARTING" or "RUNNING" && attempt < 30; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Token);
            state = (await replays.GetAsync(replay.Name, Token)).State;
        }

        Assert.Equal("COMPLETED", state);
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<TransportException>(() => replays.StartAsync("none", DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow, null, Token))).Kind);
    }

    private static Envelope Message(string id, string type, int total) => new(id, type, Encoding.UTF8.GetBytes($$"""{"total":{{total}}}""")) { Source = "/shop" };

    private static string Text(Envelope envelope) => Encoding.UTF8.GetString(envelope.Body.Span).Replace(" ", "", StringComparison.Ordinal);

    private static AmazonSQSClient Sqs(string emulator) => new(new BasicAWSCredentials("test", "test"), LiveAws.Configure(new AmazonSQSConfig(), emulator));

    private void Describe(EventBridgeRuleOptions options)
    {
        options.Name = "orders";
        options.Pattern = EventPattern.Parse("""{ "detail-type": ["order.placed"] }""");
        options.RedriveTo = $"{_name}-dead";
        options.RetryAttempts = 3;
        options.MaximumEventAge = TimeSpan.FromMinutes(2);
        options.Bus = bus => (bus.Archive, bus.ArchiveRetention) = ($"{_name}a", TimeSpan.FromDays(7));
    }

    private void Connect(string emulator)
    {
        _services.AddSingleton<IEventBridgeClient>(LiveAws.Connect<EventBridgeServiceClient>(emulator)).AddSingleton<IAmazonSQS>(Sqs(emulator));
        _services.AddOptions<MessagingOptions>();
    }

    private TransportSource From(string emulator, string queue, Action<EventBridgeRuleOptions> configure)
    {
        Connect(emulator);
        _provider = null;
        return Builders.From(_services).EventBridge(Bus, queue, configure);
    }

    private ValueTask<IReadOnlyList<string>> ApplyAsync(TransportSource source, string queue, TopologyMode mode) =>
        Assert.IsAssignableFrom<ITopology>(source).ApplyAsync(mode, queue, Provider, Token);

    private Task<IReadOnlyList<ReceivedEnvelope>> ExchangeAsync(TransportSource source, params Envelope[] envelopes) => ExchangeAsync(source, Queue, envelopes);

    private async Task<IReadOnlyList<ReceivedEnvelope>> ExchangeAsync(TransportSource source, string queue, params Envelope[] envelopes)
    {
        await using var sender = Builders.To(_services).EventBridge(Bus).CreateSender(Bus, Provider);
        await using var receiver = source.CreateReceiver(queue, Provider);
        var batch = new TransportBatch<Envelope>(envelopes);
        await sender.SendAsync(batch, Token);
        Assert.Equal(0, batch.FailedCount);
        return await receiver.ReceiveAsync(10, Token);
    }
}
