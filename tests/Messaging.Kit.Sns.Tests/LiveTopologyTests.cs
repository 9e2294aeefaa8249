using System.Buffers;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Messaging.Kit.Sqs.Tests;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sns.Tests;

/// <summary>Topics and subscriptions on emulators, as registrations make them: created, found as they are, and compared.</summary>
public sealed class LiveTopologyTests : IAsyncDisposable
{
    private readonly ServiceCollection _services = [];
    private readonly string _name = LiveAws.Unique("t");
    private ServiceProvider? _provider;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Topic => $"{_name}-orders";

    private string Queue => $"{_name}-shipping";

    public async ValueTask DisposeAsync() => await (_provider?.DisposeAsync() ?? default);

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task What_is_missing_is_created_and_then_as_registered(string emulator)
    {
        var source = From(emulator, Topic, Queue, Describe);
        var missing = await ApplyAsync(source, Queue, TopologyMode.Validate);
        Assert.Equal(4, missing.Count);
        Assert.All(missing, difference => Assert.Contains("Topology to Create", difference, StringComparison.Ordinal));

        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Validate));

        var (sns, sqs) = Clients(emulator);
        var topic = await new SnsTopic(Topic, sns, null).GetArnAsync(Token);
        var subscription = Assert.Single((await sns.ListSubscriptionsByTopicAsync(topic, cancellationToken: Token)).Items);
        var attributes = await sns.GetSubscriptionAttributesAsync(subscription.Arn, Token);
        Assert.Equal("true", attributes["RawMessageDelivery"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"type":["order.placed"]}"""), JsonNode.Parse(attributes["FilterPolicy"])));
        Assert.EndsWith($":{_name}-dead\"}}", attributes["RedrivePolicy"].Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var queue in new[] { Queue, $"{_name}-dead" })
        {
            var policy = (await new SqsQueue(queue, sqs).ReadAttributesAsync(["Policy"], Token))["Policy"];
            Assert.Contains($"\"{topic}\"", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("\"*\"", policy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Only_what_the_filter_lets_through_arrives_raw_or_wrapped(string emulator)
    {
        foreach (var isRaw in new[] { true, false })
        {
            var (topic, queue) = ($"{Topic}{isRaw}", $"{Queue}{isRaw}");
            var source = From(emulator, topic, queue, options =>
            {
                options.FilterPolicy = EventPattern.Parse("""{"type":["order.placed"],"tenant":[{"prefix":"n"}]}""");
                options.RawDelivery = isRaw;
                options.Queue.WaitTime = TimeSpan.FromSeconds(2);
            });
            var destination = Builders.To(_services).Sns(topic);
            Assert.Empty(await ApplyAsync(source, queue, TopologyMode.Create));

            await using var sender = destination.CreateSender(topic, Provider);
            await using var receiver = source.CreateReceiver(queue, Provider);
            await SendAsync(sender, Message("1", "order.placed", "north"), Message("2", "order.placed", "south"), Message("3", "order.paid", "north"));

            var arrived = Assert.Single(await receiver.ReceiveAsync(10, Token));
            Assert.Equal(("1", "order.placed", "north"), (arrived.Id, arrived.Type, arrived.Headers["tenant"]));
            Assert.Single(arrived.Headers);
        }
    }

    [Theory]
    [InlineData("ministack", """{"source":["/shop"],"detail-type":["order.placed"],"detail":{"total":[{"numeric":[">",100]}]}}""")]
    [InlineData("fauxqs", """{"source":["/shop"],"detail-type":["order.placed"],"detail":{"total":[{"numeric":[">",100]}]}}""")]
    [InlineData("ministack", """{"detail-type":["order.placed"],"source":[{"anything-but":["/elsewhere"]}]}""")]
    [InlineData("moto", """{"detail-type":["order.placed"],"source":[{"anything-but":["/elsewhere"]}]}""")]
    [InlineData("fauxqs", """{"detail-type":["order.placed"],"source":[{"anything-but":["/elsewhere"]}]}""")]
    public async Task One_pattern_filters_on_SNS_and_in_memory(string emulator, string pattern)
    {
        var filter = EventPattern.Parse(pattern);
        var source = From(emulator, Topic, Queue, options => (options.Filter, options.Queue.WaitTime) = (filter, TimeSpan.FromSeconds(2)));
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Validate));
        await using var sender = Builders.To(_services).Sns(Topic).CreateSender(Topic, Provider);
        await using var receiver = source.CreateReceiver(Queue, Provider);
        Envelope[] messages =
        [
            Message("1", "order.placed", "n", 101, "/elsewhere"), Message("2", "order.placed", "n", 101, "/shop"), Message("3", "order.paid", "n", 101, "/shop"),
        ];

        await SendAsync(sender, messages);

        Assert.Equal("2", Assert.Single(await receiver.ReceiveAsync(10, Token)).Id);
        Assert.Equal("2", Assert.Single(messages, message => Matches(filter, message)).Id);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("fauxqs")]
    public async Task Filters_look_into_the_body_too(string emulator)
    {
        var source = From(emulator, Topic, Queue, options =>
        {
            options.FilterPolicy = EventPattern.Parse("""{"type":["order.placed"],"data":{"total":[{"numeric":[">",100]}]}}""");
            options.FilterScope = SnsFilterScope.Body;
            options.Queue.WaitTime = TimeSpan.FromSeconds(2);
        });
        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));
        var destination = Builders.To(_services).Sns(Topic);
        await using var sender = destination.CreateSender(Topic, Provider);
        await using var receiver = source.CreateReceiver(Queue, Provider);

        await SendAsync(sender, Message("1", "order.placed", "n", 100), Message("2", "order.placed", "n", 101), Message("3", "order.paid", "n", 101));

        Assert.Equal("2", Assert.Single(await receiver.ReceiveAsync(10, Token)).Id);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Every_difference_is_reported_and_nothing_is_changed(string emulator)
    {
        Assert.Empty(await ApplyAsync(From(emulator, Topic, Queue, Describe), Queue, TopologyMode.Create));
        var different = From(emulator, Topic, Queue, options =>
        {
            options.FilterPolicy = EventPattern.Parse("""{"type":["order.paid"]}""");
            options.RawDelivery = false;
            options.RedriveTo = $"{_name}-other";
            options.Topic = topic => topic.KmsKeyId = "alias/mine";
        });

        foreach (var mode in new[] { TopologyMode.Validate, TopologyMode.Create })
        {
            var differences = await ApplyAsync(different, Queue, mode);

            Assert.Contains(differences, difference => difference.Contains("KmsMasterKeyId not set", StringComparison.Ordinal));
            Assert.Contains(differences, difference => difference.Contains("RawMessageDelivery true, and the registration says false", StringComparison.Ordinal));
            Assert.Contains(differences, difference => difference.Contains("FilterPolicy {", StringComparison.Ordinal));
            Assert.Equal(4, differences.Count);
        }

        var unfiltered = await ApplyAsync(From(emulator, Topic, Queue, options => options.RedriveTo = $"{_name}-dead"), Queue, TopologyMode.Validate);
        Assert.Contains("registration says none", Assert.Single(unfiltered), StringComparison.Ordinal);
        Assert.Empty(await ApplyAsync(From(emulator, Topic, Queue, Describe), Queue, TopologyMode.Validate));
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Statements_of_others_stay_in_the_policy_and_a_queue_can_have_several_topics(string emulator)
    {
        var (_, sqs) = Clients(emulator);
        var queue = new SqsQueue(Queue, sqs);
        await queue.CreateAsync([], Token);
        var arn = (await queue.ReadAttributesAsync(["QueueArn"], Token))["QueueArn"];
        await queue.SetAttributeAsync(
            "Policy",
            $$"""{"Version":"2012-10-17","Statement":[{"Sid":"theirs","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sqs:ReceiveMessage","Resource":"{{arn}}"}]}""",
            Token);
        Connect(emulator);
        var source = Builders.From(_services).Sqs(Queue, options => options.SubscribeToSns(Topic).SubscribeToSns($"{Topic}-refunds"));

        Assert.Empty(await ApplyAsync(source, Queue, TopologyMode.Create));

        var statements = JsonNode.Parse((await queue.ReadAttributesAsync(["Policy"], Token))["Policy"])!["Statement"]!.AsArray();
        Assert.Equal(3, statements.Count);
        Assert.Equal("theirs", (string?)statements[0]!["Sid"]);
    }

    [Theory]
    [InlineData("ministack")]
    public async Task What_is_wrong_with_the_options_of_the_topic_is_a_difference_and_none_means_none(string emulator)
    {
        void Configure(SnsSubscriptionOptions options) => options.Topic = topic => (topic.MaximumMessageSize, topic.Subject) = (1, "");
        Assert.Equal(2, (await ApplyAsync(From(emulator, Topic, Queue, Configure), Queue, TopologyMode.Create)).Count);

        Assert.Empty(await ApplyAsync(From(emulator, Topic, Queue, options => options.Topology = TopologyMode.None), Queue, TopologyMode.Create));
        Assert.Empty(await ApplyAsync(From(emulator, Topic, Queue, _ => { }), Queue, TopologyMode.None));
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("fauxqs")]
    public async Task Fifo_topics_and_queues_belong_together(string emulator)
    {
        var source = From(emulator, $"{Topic}.fifo", $"{Queue}.fifo", options => options.Topic = topic => topic.HighThroughputFifo = emulator == "ministack");
        Assert.Empty(await ApplyAsync(source, $"{Queue}.fifo", TopologyMode.Create));

        var wrong = From(emulator, Topic, $"{Queue}.fifo", options => options.RedriveTo = $"{_name}.fifo");
        Assert.Equal(2, (await ApplyAsync(wrong, $"{Queue}.fifo", TopologyMode.Create)).Count);
    }

    private static bool Matches(EventPattern pattern, Envelope message)
    {
        var form = new ArrayBufferWriter<byte>();
        EventForm.Write(message, form);
        return pattern.Matches(form.WrittenSpan);
    }

    private static Envelope Message(string id, string type, string tenant, int total = 0, string source = "/shop")
    {
        var message = new Envelope(id, type, System.Text.Encoding.UTF8.GetBytes($$"""{"total":{{total}}}""")) { Source = source };
        message.Headers.Set("tenant", tenant);
        return message;
    }

    private static async Task SendAsync(ITransportSender sender, params Envelope[] envelopes)
    {
        var batch = new TransportBatch<Envelope>(envelopes);
        await sender.SendAsync(batch, Token);
        Assert.Equal(0, batch.FailedCount);
    }

    private static (SnsServiceClient Sns, AmazonSQSClient Sqs) Clients(string emulator) =>
        (LiveAws.Connect<SnsServiceClient>(emulator), new AmazonSQSClient(new BasicAWSCredentials("test", "test"), LiveAws.Configure(new AmazonSQSConfig(), emulator)));

    private void Describe(SnsSubscriptionOptions options)
    {
        options.FilterPolicy = EventPattern.Parse("""{ "type": ["order.placed"] }""");
        options.RedriveTo = $"{_name}-dead";
    }

    private ServiceProvider Provider => _provider ??= _services.BuildServiceProvider();

    private void Connect(string emulator)
    {
        var (sns, sqs) = Clients(emulator);
        _services.AddSingleton<ISnsClient>(sns).AddSingleton<IAmazonSQS>(sqs);
        _services.AddOptions<Messaging.Kit.Hosting.MessagingOptions>();
    }

    private TransportSource From(string emulator, string topic, string queue, Action<SnsSubscriptionOptions> configure)
    {
        Connect(emulator);
        _provider = null;
        return Builders.From(_services).Sns(topic, queue, configure);
    }

    private ValueTask<IReadOnlyList<string>> ApplyAsync(TransportSource source, string queue, TopologyMode mode) =>
        Assert.IsAssignableFrom<ITopology>(source).ApplyAsync(mode, queue, Provider, Token);
}
