using System.Text;
using System.Text.Json.Nodes;
using Amazon;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Sns;

namespace Messaging.Kit.Aws.Tests.Wire;

/// <summary>The clients send what AWS's SDK for JavaScript sends: same operation, same fields, same values.</summary>
public sealed class WireTests
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:orders";
    private const string Subscription = Topic + ":0b1e9d3c-0000-4000-8000-000000000001";
    private const string Queue = "arn:aws:sqs:eu-west-1:123456789012:orders";
    private const string Bus = "arn:aws:events:eu-west-1:123456789012:event-bus/orders";
    private const string Odd = "plus+ amp& eq= pct% quote\" apos' lt< gt> slash/ tilde~ star* paren() back\\ tab\t line\n ÿ € 漢 😀 \u0001\u007f";
    private const string Pattern = """{"source":["shop"],"detail":{"total":[{"numeric":[">",100]}]}}""";

    private static readonly Dictionary<string, Func<ISnsClient, Task>> Sns = new()
    {
        ["PublishBatch"] = client => client.PublishBatchAsync(Topic,
        [
            new("0", Utf8("""{"id":"1","data":{"text":"ä €"}}""")),
            new("second_one-2", Utf8(Odd))
            {
                Subject = "A subject: 100% & more",
                Attributes =
                [
                    new("type", "String", Odd),
                    new("total", "Number", "-12.5"),
                    new("tags", "String.Array", """["a",1,true,null]"""),
                    new("raw", "Binary", null, new byte[] { 0, 1, 250, 251, 252, 253, 254, 255 }),
                ],
            },
        ]),
        ["PublishBatchFifo"] = client => client.PublishBatchAsync(Topic + ".fifo", [.. Enumerable.Range(0, 10).Select(i =>
            new SnsPublishEntry($"{i}", Utf8($"message {i}")) { MessageGroupId = $"customer {i % 3}", MessageDeduplicationId = $"dedup-{i}" })]),
        ["CreateTopic"] = client => client.CreateTopicAsync(
            "orders.fifo",
            new Dictionary<string, string> { ["FifoTopic"] = "true", ["Policy"] = """{"Version":"2012-10-17"}""" },
            new Dictionary<string, string> { ["team"] = "a & b", ["cost centre"] = "" }),
        ["CreateTopicPlain"] = client => client.CreateTopicAsync("orders"),
        ["DeleteTopic"] = client => client.DeleteTopicAsync(Topic),
        ["ListTopics"] = client => client.ListTopicsAsync(),
        ["ListTopicsNext"] = client => client.ListTopicsAsync("AAA/bbb+c=="),
        ["GetTopicAttributes"] = client => client.GetTopicAttributesAsync(Topic),
        ["SetTopicAttributes"] = client => client.SetTopicAttributeAsync(Topic, "Policy", """{"a": 1}"""),
        ["ListTagsForResource"] = client => client.ListTagsForResourceAsync(Topic),
        ["Subscribe"] = client => client.SubscribeAsync(
            Topic, "sqs", Queue, new Dictionary<string, string> { ["RawMessageDelivery"] = "true", ["FilterPolicy"] = """{"type":["a"]}""" }),
        ["Unsubscribe"] = client => client.UnsubscribeAsync(Subscription),
        ["ListSubscriptionsByTopic"] = client => client.ListSubscriptionsByTopicAsync(Topic),
        ["ListSubscriptionsByTopicNext"] = client => client.ListSubscriptionsByTopicAsync(Topic, "n"),
        ["GetSubscriptionAttributes"] = client => client.GetSubscriptionAttributesAsync(Subscription),
        ["SetSubscriptionAttributes"] = client => client.SetSubscriptionAttributeAsync(Subscription, "FilterPolicy", ""),
    };

    private static readonly Dictionary<string, Func<IEventBridgeClient, Task>> Events = new()
    {
        ["PutEvents"] = client => client.PutEventsAsync(
        [
            new("shop", "order.placed", Utf8("""{"id":"1"}""")),
            new("shop/ä", "odd \"type\"", Utf8(OddDetail()))
            {
                Time = DateTimeOffset.FromUnixTimeMilliseconds(1795425300123),
                Resources = ["arn:aws:s3:::bucket", Queue],
                EventBusName = Bus,
                TraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
            },
        ]),
        ["DescribeEventBus"] = client => client.DescribeEventBusAsync("orders"),
        ["DescribeEventBusDefault"] = client => client.DescribeEventBusAsync(null),
        ["CreateEventBus"] = client => client.CreateEventBusAsync("orders", "of the shop", "alias/kit", new Dictionary<string, string> { ["team"] = "a" }),
        ["DeleteEventBus"] = client => client.DeleteEventBusAsync("orders"),
        ["PutRule"] = client => client.PutRuleAsync(
            new("large") { EventBusName = "orders", EventPattern = Pattern, State = "DISABLED", Description = "over 100" },
            new Dictionary<string, string> { ["team"] = "a" }),
        ["DescribeRule"] = client => client.DescribeRuleAsync("orders", "large"),
        ["DeleteRule"] = client => client.DeleteRuleAsync("orders", "large"),
        ["ListRules"] = client => client.ListRulesAsync("orders", "la", "n"),
        ["PutTargets"] = client => client.PutTargetsAsync("orders", "large",
        [
            new("plain", Queue),
            new("shaped", Queue + ".fifo")
            {
                RoleArn = "arn:aws:iam::123456789012:role/r",
                InputPaths = new Dictionary<string, string> { ["id"] = "$.detail.id" },
                InputTemplate = """{"id":<id>}""",
                MessageGroupId = "g",
                DeadLetterArn = Queue + "-dlq",
                MaximumRetryAttempts = 0,
                MaximumEventAgeInSeconds = 60,
            },
            new("fixed", Queue) { Input = """{"a":1}""" },
            new("part", Queue) { InputPath = "$.detail" },
        ]),
        ["ListTargetsByRule"] = client => client.ListTargetsByRuleAsync("orders", "large", "n"),
        ["RemoveTargets"] = client => client.RemoveTargetsAsync("orders", "large", ["plain", "shaped"]),
        ["CreateArchive"] = client => client.CreateArchiveAsync(
            new("all") { EventSourceArn = Bus, Description = "everything", EventPattern = Pattern, RetentionDays = 7 }),
        ["DescribeArchive"] = client => client.DescribeArchiveAsync("all"),
        ["UpdateArchive"] = client => client.UpdateArchiveAsync(new("all") { RetentionDays = 0 }),
        ["DeleteArchive"] = client => client.DeleteArchiveAsync("all"),
        ["StartReplay"] = client => client.StartReplayAsync(
            new("again", "arn:aws:events:eu-west-1:123456789012:archive/all", Bus, DateTimeOffset.FromUnixTimeSeconds(1795425300), DateTimeOffset.FromUnixTimeSeconds(1795428900))
            {
                Description = "after the fix",
                FilterArns = ["arn:aws:events:eu-west-1:123456789012:rule/orders/large"],
            }),
        ["DescribeReplay"] = client => client.DescribeReplayAsync("again"),
    };

    public static TheoryData<string> SnsCases => [.. Sns.Keys];

    public static TheoryData<string> EventsCases => [.. Events.Keys];

    [Theory]
    [MemberData(nameof(SnsCases))]
    public async Task SNS_gets_the_same_form(string name)
    {
        using var stub = new StubAws { Answer = _ => StubAws.Make(500, "") };
        using var client = stub.Connect<SnsServiceClient>();

        await Record.ExceptionAsync(() => Sns[name](client));

        var recorded = RecordedWire.Request(name);
        AssertSame(recorded, stub.Request);
        Assert.Equal(
            recorded["body"]!.GetValue<string>().Split('&').Order(StringComparer.Ordinal),
            stub.Request.Form.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EventsCases))]
    public async Task EventBridge_gets_the_same_object(string name)
    {
        using var stub = new StubAws { Answer = _ => StubAws.Make(500, "") };
        using var client = stub.Connect<EventBridgeServiceClient>();

        await Record.ExceptionAsync(() => Events[name](client));

        var recorded = RecordedWire.Request(name);
        AssertSame(recorded, stub.Request);
        Assert.Equal(recorded["target"]!.GetValue<string>(), stub.Request.Headers["X-Amz-Target"]);
        var (expected, actual) = (JsonNode.Parse(recorded["body"]!.GetValue<string>()), JsonNode.Parse(stub.Request.Body));
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected}\n{actual}");
    }

    [Fact]
    public void Every_operation_is_held_against_the_record()
    {
        Assert.Equal(RecordedWire.Cases.Order(StringComparer.Ordinal), Sns.Keys.Concat(Events.Keys).Order(StringComparer.Ordinal));
        Assert.All(
            typeof(ISnsClient).GetMethods().Concat(typeof(IEventBridgeClient).GetMethods()),
            method => Assert.Contains(RecordedWire.Cases, name => name.StartsWith(method.Name[..^"Async".Length].TrimEnd('s'), StringComparison.Ordinal)));
    }

    [Fact]
    public void Endpoints_are_the_same()
    {
        foreach (var (question, url) in RecordedWire.Endpoints)
        {
            var words = question.Split(' ');
            var config = words[0] == "SNS" ? SnsServiceClient.CreateDefaultClientConfig() : EventBridgeServiceClient.CreateDefaultClientConfig();
            config.IgnoreConfiguredEndpointUrls = true;
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(words[1]);
            config.UseFIPSEndpoint = words.Contains("fips");
            config.UseDualstackEndpoint = words.Contains("dual");

            Assert.Equal((question, url), (question, config.DetermineServiceOperationEndpoint(new(null)).URL));
        }
    }

    private static void AssertSame(JsonObject recorded, StubRequest request)
    {
        Assert.Equal(recorded["method"]!.GetValue<string>(), request.Method);
        Assert.Equal(recorded["path"]!.GetValue<string>(), request.Url.PathAndQuery);
        Assert.Equal(recorded["contentType"]!.GetValue<string>(), request.Headers["Content-Type"].Split(';')[0]);
        Assert.Contains($"/{recorded["region"]}/{recorded["service"]}/aws4_request", request.Headers["Authorization"], StringComparison.Ordinal);
    }

    // What JSON.stringify makes of it.
    private static string OddDetail() =>
        """{"text":"ODD","nested":{"quotes":"\"\\\""}}""".Replace(
            "ODD", Odd.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\t", @"\t").Replace("\n", @"\n").Replace("\u0001", @"\u0001"), StringComparison.Ordinal);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
