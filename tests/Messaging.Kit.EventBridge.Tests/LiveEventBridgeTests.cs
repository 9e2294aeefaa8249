using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Messages;
using Messaging.Kit.Testing;
using Messaging.Kit.Testing.Faults;

namespace Messaging.Kit.EventBridge.Tests;

/// <summary>Every operation on emulators, which share no code with the client; what arrives is read by the SDK's client of SQS.</summary>
public sealed class LiveEventBridgeTests
{
    private const string Odd = "quote\" apos' lt< gt> back\\ tab\t line\n ÿ € 漢 😀";
    private const string Pattern = """{"source":["shop"]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task Every_operation_of_rules_works_and_events_arrive_as_they_were(string emulator)
    {
        using var events = LiveAws.Connect<EventBridgeServiceClient>(emulator);
        using var sqs = new AmazonSQSClient(new BasicAWSCredentials("test", "test"), LiveAws.Configure(new AmazonSQSConfig(), emulator));
        var name = LiveAws.Unique("orders");
        var queueUrl = (await sqs.CreateQueueAsync(name, Token)).QueueUrl;
        var queueArn = (await sqs.GetQueueAttributesAsync(queueUrl, ["QueueArn"], Token)).QueueARN;

        var busArn = await events.CreateEventBusAsync(name, "of the shop", tags: new Dictionary<string, string> { ["team"] = "a" }, cancellationToken: Token);
        var bus = await events.DescribeEventBusAsync(name, Token);
        Assert.Equal((name, busArn), (bus.Name, bus.Arn));
        Assert.Equal("default", (await events.DescribeEventBusAsync(null, Token)).Name);

        var ruleArn = await events.PutRuleAsync(new("all") { EventBusName = name, EventPattern = Pattern, Description = "of the shop", State = "ENABLED" }, cancellationToken: Token);
        var rule = await events.DescribeRuleAsync(name, "all", Token);
        Assert.Equal(("all", ruleArn, Pattern, "ENABLED"), (rule.Name, rule.Arn, rule.EventPattern, rule.State));
        Assert.Equal("all", Assert.Single((await events.ListRulesAsync(name, "al", cancellationToken: Token)).Items).Name);

        Assert.Empty(await events.PutTargetsAsync(name, "all", [new("queue", queueArn) { DeadLetterArn = queueArn, MaximumRetryAttempts = 3, MaximumEventAgeInSeconds = 60 }], Token));
        var target = Assert.Single((await events.ListTargetsByRuleAsync(name, "all", cancellationToken: Token)).Items);
        Assert.Equal(("queue", queueArn, 3, 60), (target.Id, target.Arn, target.MaximumRetryAttempts, target.MaximumEventAgeInSeconds));

        var time = DateTimeOffset.FromUnixTimeSeconds(1795425300);
        var detail = new JsonObject { ["text"] = Odd };

        // moto 5.2.5 puts the type into a template without escaping it, and answers with a 500 (events/utils.py).
        var type = emulator == "moto" ? "order.placed" : "order \"placed\"";
        var outcomes = await events.PutEventsAsync(
            [
                new("shop", type, Encoding.UTF8.GetBytes(detail.ToJsonString())) { EventBusName = name, Time = time, Resources = ["arn:aws:s3:::bucket"] },
                new("other", "ignored", "{}"u8.ToArray()) { EventBusName = name },
            ],
            Token);
        Assert.Equal(2, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.True(outcome is { ErrorCode: null, EventId.Length: > 0 }));

        var arrived = JsonNode.Parse(Assert.Single(await ReceiveAsync(sqs, queueUrl)).Body)!;
        Assert.Equal(outcomes[0].EventId, arrived["id"]!.GetValue<string>());
        Assert.Equal(type, arrived["detail-type"]!.GetValue<string>());
        if (emulator != "ministack")
        {
            // MiniStack 1.5.33 delivers its own time instead.
            Assert.Equal(time, DateTimeOffset.Parse(arrived["time"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal("arn:aws:s3:::bucket", arrived["resources"]![0]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(detail, arrived["detail"]), arrived["detail"]!.ToJsonString());

        Assert.Empty(await events.RemoveTargetsAsync(name, "all", ["queue"], Token));
        await events.DeleteRuleAsync(name, "all", Token);
        Assert.Empty((await events.ListRulesAsync(name, cancellationToken: Token)).Items);
        await events.DeleteEventBusAsync(name, Token);
        await sqs.DeleteQueueAsync(queueUrl, Token);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task Every_operation_of_archives_works(string emulator)
    {
        using var events = LiveAws.Connect<EventBridgeServiceClient>(emulator);
        var name = LiveAws.Unique("orders");
        var busArn = await events.CreateEventBusAsync(name, cancellationToken: Token);

        var archiveArn = await events.CreateArchiveAsync(new(name) { EventSourceArn = busArn, Description = "everything", EventPattern = Pattern, RetentionDays = 7 }, Token);
        await events.UpdateArchiveAsync(new(name) { RetentionDays = 8 }, Token);
        var archive = await events.DescribeArchiveAsync(name, Token);
        Assert.Equal((name, busArn, 8, archiveArn), (archive.Name, archive.EventSourceArn, archive.RetentionDays, archive.Arn));

        var start = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds());
        await events.PutEventsAsync([new("shop", "order.placed", "{}"u8.ToArray()) { EventBusName = name }], Token);
        var replayArn = await events.StartReplayAsync(new(name, archiveArn, busArn, start, start.AddHours(2)) { Description = "again" }, Token);
        var replay = await events.DescribeReplayAsync(name, Token);
        Assert.Equal((name, archiveArn, busArn, replayArn), (replay.Name, replay.ArchiveArn, replay.DestinationArn, replay.Arn));
        Assert.Equal((start, start.AddHours(2)), (replay.StartTime, replay.EndTime));
        Assert.NotNull(replay.State);

        await events.DeleteArchiveAsync(name, Token);
        await events.DeleteEventBusAsync(name, Token);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task What_is_missing_is_not_found(string emulator)
    {
        using var events = LiveAws.Connect<EventBridgeServiceClient>(emulator);

        var bus = await Assert.ThrowsAsync<AmazonServiceException>(() => events.DescribeEventBusAsync("none", Token));
        var rule = await Assert.ThrowsAsync<AmazonServiceException>(() => events.DescribeRuleAsync("default", LiveAws.Unique("none"), Token));

        Assert.Equal("ResourceNotFoundException", bus.ErrorCode);
        Assert.Equal(FailureKind.NotFound, EventBridgeErrors.Translate(bus, "DescribeEventBus", "none").Kind);
        Assert.Equal(FailureKind.NotFound, EventBridgeErrors.Translate(rule, "DescribeRule", "none").Kind);
    }

    [Theory]
    [InlineData("moto")]
    public async Task A_malformed_detail_fails_alone(string emulator)
    {
        using var events = LiveAws.Connect<EventBridgeServiceClient>(emulator);

        var outcomes = await events.PutEventsAsync([new("shop", "t", "{}"u8.ToArray()), new("shop", "t", "{"u8.ToArray()), new("shop", "t", "{}"u8.ToArray())], Token);

        Assert.Equal([null, "MalformedDetail", null], outcomes.Select(outcome => outcome.ErrorCode));
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    public async Task Faults_over_HTTP_are_told_apart(string emulator)
    {
        var config = LiveAws.Configure(EventBridgeServiceClient.CreateDefaultClientConfig(), emulator);
        await using var proxy = FaultProxy.Start(BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, emulator)!);
        config.ServiceURL = proxy.Endpoint.ToString();
        using var events = (EventBridgeServiceClient)EventBridgeServiceClient.CreateDefaultServiceClient(new BasicAWSCredentials("test", "test"), config);
        EventBridgeEntry[] entries = [.. Enumerable.Range(0, 5).Select(_ => new EventBridgeEntry("shop", "t", "{}"u8.ToArray()))];

        proxy.Next(1, "PutEvents", Fault.FailEntries(1, 3));
        var outcomes = await events.PutEventsAsync(entries, Token);
        Assert.Equal([false, true, false, true, false], outcomes.Select(outcome => outcome.ErrorCode is not null));

        (Fault Fault, FailureKind Kind)[] faults =
        [
            (Fault.ThrottlingException, FailureKind.Throttled),
            (Fault.Error(400, "AccessDeniedException"), FailureKind.Denied),
            (Fault.Error(413, "RequestEntityTooLarge"), FailureKind.TooLarge),
            (Fault.ServerError, FailureKind.Transient),
            (Fault.Unavailable, FailureKind.Transient),
            (Fault.LostAnswer, FailureKind.Transient),
            (Fault.Drop, FailureKind.Transient),
        ];
        foreach (var (fault, kind) in faults)
        {
            proxy.Next(1, "PutEvents", fault);
            var exception = await Record.ExceptionAsync(() => events.PutEventsAsync(entries, Token));
            Assert.Equal(kind, EventBridgeErrors.Translate(exception!, "PutEvents", "default").Kind);
        }

        Assert.Equal(1 + faults.Length, proxy.CountOf("PutEvents").Received);
    }

    private static async Task<List<Message>> ReceiveAsync(AmazonSQSClient sqs, string queueUrl) =>
        (await sqs.ReceiveMessageAsync(new ReceiveMessageRequest(queueUrl) { MaxNumberOfMessages = 10, WaitTimeSeconds = 5 }, Token)).Messages ?? [];
}
