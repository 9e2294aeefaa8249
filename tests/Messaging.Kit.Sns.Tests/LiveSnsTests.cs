using System.Text;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Messages;
using Messaging.Kit.Testing;
using Messaging.Kit.Testing.Faults;

namespace Messaging.Kit.Sns.Tests;

/// <summary>Every operation on emulators, which share no code with the client; what arrives is read by the SDK's client of SQS.</summary>
public sealed class LiveSnsTests
{
    private const string Odd = "plus+ amp& eq= pct% quote\" lt< gt> tilde~ star* tab\t ÿ € 漢 😀";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Every_operation_works_and_messages_arrive_as_they_were(string emulator)
    {
        using var sns = LiveAws.Connect<SnsServiceClient>(emulator);
        using var sqs = new AmazonSQSClient(new BasicAWSCredentials("test", "test"), LiveAws.Configure(new AmazonSQSConfig(), emulator));
        var name = LiveAws.Unique("orders");
        var queueUrl = (await sqs.CreateQueueAsync(name, Token)).QueueUrl;
        var queueArn = (await sqs.GetQueueAttributesAsync(queueUrl, ["QueueArn"], Token)).QueueARN;

        // MiniStack 1.5.33 writes tags into its XML as they are.
        var tag = emulator == "ministack" ? "a" : "a & b";
        var topic = await sns.CreateTopicAsync(name, new Dictionary<string, string> { ["DisplayName"] = "Orders & more" }, new Dictionary<string, string> { ["team"] = tag }, Token);
        Assert.EndsWith(":" + name, topic, StringComparison.Ordinal);
        Assert.Equal(topic, await sns.CreateTopicAsync(name, cancellationToken: Token));
        await sns.SetTopicAttributeAsync(topic, "DisplayName", "Changed < >", Token);
        Assert.Equal("Changed < >", (await sns.GetTopicAttributesAsync(topic, Token))["DisplayName"]);
        Assert.Equal(tag, (await sns.ListTagsForResourceAsync(topic, Token))["team"]);
        Assert.Contains(topic, await TopicsAsync(sns));

        var subscription = await sns.SubscribeAsync(topic, "sqs", queueArn, new Dictionary<string, string> { ["RawMessageDelivery"] = "true" }, Token);
        Assert.Equal("true", (await sns.GetSubscriptionAttributesAsync(subscription, Token))["RawMessageDelivery"]);
        await sns.SetSubscriptionAttributeAsync(subscription, "FilterPolicy", """{"type":["wanted"]}""", Token);
        Assert.Equal("""{"type":["wanted"]}""", (await sns.GetSubscriptionAttributesAsync(subscription, Token))["FilterPolicy"].Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(
            new SnsSubscription(subscription, "sqs", queueArn),
            Assert.Single((await sns.ListSubscriptionsByTopicAsync(topic, cancellationToken: Token)).Items));

        // A binary attribute that came through SNS cannot be received from moto 5.2.5 (a 500: sqs/models.py, update_binary_length_and_value) nor
        // from MiniStack 1.5.33 (a wrong MD5).
        SnsAttribute[] attributes =
        [
            new("type", "String", "wanted"), new("odd", "String", Odd), new("total", "Number", "-12.5"), new("raw", "Binary", null, new byte[] { 0, 250, 255 }),
        ];
        var outcomes = await sns.PublishBatchAsync(
            topic,
            [
                new("0", Encoding.UTF8.GetBytes(Odd))
                {
                    Attributes = emulator != "fauxqs" ? [.. attributes.SkipLast(1)] : attributes,
                },
                new("1", "not wanted"u8.ToArray()),
            ],
            Token);
        Assert.Equal(["0", "1"], outcomes.Select(outcome => outcome.Id).Order(StringComparer.Ordinal));
        Assert.All(outcomes, outcome => Assert.True(outcome is { ErrorCode: null, MessageId.Length: > 0 }));

        var message = Assert.Single(await ReceiveAsync(sqs, queueUrl));
        Assert.Equal(Odd, message.Body);
        Assert.Equal(Odd, message.MessageAttributes["odd"].StringValue);
        Assert.Equal("-12.5", message.MessageAttributes["total"].StringValue);
        if (emulator == "fauxqs")
        {
            Assert.Equal([0, 250, 255], message.MessageAttributes["raw"].BinaryValue.ToArray());
        }

        await sns.UnsubscribeAsync(subscription, Token);
        Assert.Empty((await sns.ListSubscriptionsByTopicAsync(topic, cancellationToken: Token)).Items);
        await sns.DeleteTopicAsync(topic, Token);
        await sqs.DeleteQueueAsync(queueUrl, Token);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Fifo_batches_get_numbers_and_ids(string emulator)
    {
        using var sns = LiveAws.Connect<SnsServiceClient>(emulator);
        var topic = await sns.CreateTopicAsync(
            LiveAws.Unique("orders.fifo"), new Dictionary<string, string> { ["FifoTopic"] = "true" }, cancellationToken: Token);

        var outcomes = await sns.PublishBatchAsync(topic, [.. Enumerable.Range(0, 10).Select(i =>
            new SnsPublishEntry($"{i}", Encoding.UTF8.GetBytes($"message {i}")) { MessageGroupId = "g", MessageDeduplicationId = $"d{i}" })], Token);

        Assert.Equal(10, outcomes.Count(outcome => outcome is { ErrorCode: null, MessageId.Length: > 0 }));
        await sns.DeleteTopicAsync(topic, Token);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Missing_topic_is_not_found(string emulator)
    {
        using var sns = LiveAws.Connect<SnsServiceClient>(emulator);
        var topic = $"arn:aws:sns:{LiveAws.Region}:{(emulator == "moto" ? "123456789012" : LiveAws.Account)}:{LiveAws.Unique("none")}";

        var publish = await Assert.ThrowsAsync<AmazonServiceException>(() => sns.PublishBatchAsync(topic, [new("0", "a"u8.ToArray())], Token));
        var read = await Assert.ThrowsAsync<AmazonServiceException>(() => sns.GetTopicAttributesAsync(topic, Token));

        Assert.Equal("NotFound", publish.ErrorCode);
        Assert.Equal(FailureKind.NotFound, SnsErrors.Translate(publish, "PublishBatch", topic).Kind);
        Assert.Equal(FailureKind.NotFound, SnsErrors.Translate(read, "GetTopicAttributes", topic).Kind);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Faults_over_HTTP_are_told_apart(string emulator)
    {
        using var direct = LiveAws.Connect<SnsServiceClient>(emulator);
        await using var proxy = FaultProxy.Start(BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, emulator)!);
        var config = LiveAws.Configure(SnsServiceClient.CreateDefaultClientConfig(), emulator);
        config.ServiceURL = proxy.Endpoint.ToString();
        using var sns = (SnsServiceClient)SnsServiceClient.CreateDefaultServiceClient(new BasicAWSCredentials("test", "test"), config);
        var topic = await direct.CreateTopicAsync(LiveAws.Unique("orders"), cancellationToken: Token);
        SnsPublishEntry[] entries = [.. Enumerable.Range(0, 5).Select(i => new SnsPublishEntry($"{i}", "x"u8.ToArray()))];

        proxy.Next(1, "PublishBatch", Fault.FailEntries(1, 3));
        var outcomes = await sns.PublishBatchAsync(topic, entries, Token);
        Assert.Equal(["0", "2", "4"], outcomes.Where(outcome => outcome.ErrorCode is null).Select(outcome => outcome.Id).Order(StringComparer.Ordinal));
        Assert.Equal(["1", "3"], outcomes.Where(outcome => outcome.ErrorCode == "InternalError").Select(outcome => outcome.Id));

        proxy.Next(1, "PublishBatch", Fault.FailEntries());
        Assert.All(await sns.PublishBatchAsync(topic, entries, Token), outcome => Assert.Equal(FailureKind.Transient, SnsErrors.Translate(outcome, "PublishBatch", topic).Kind));

        (Fault Fault, FailureKind Kind)[] faults =
        [
            (Fault.Error(429, "Throttled"), FailureKind.Throttled),
            (Fault.Error(400, "KMSThrottling"), FailureKind.Throttled),
            (Fault.Error(400, "BatchRequestTooLong"), FailureKind.TooLarge),
            (Fault.Error(403, "AuthorizationError"), FailureKind.Denied),
            (Fault.ServerError, FailureKind.Transient),
            (Fault.Unavailable, FailureKind.Transient),
            (Fault.LostAnswer, FailureKind.Transient),
            (Fault.Drop, FailureKind.Transient),
        ];
        foreach (var (fault, kind) in faults)
        {
            proxy.Next(1, "PublishBatch", fault);
            var exception = await Record.ExceptionAsync(() => sns.PublishBatchAsync(topic, entries, Token));
            Assert.Equal(kind, SnsErrors.Translate(exception!, "PublishBatch", topic).Kind);
        }

        Assert.Equal(2 + faults.Length, proxy.CountOf("PublishBatch").Received);
        await direct.DeleteTopicAsync(topic, Token);
    }

    private static async Task<List<string>> TopicsAsync(SnsServiceClient sns)
    {
        var (topics, next) = (new List<string>(), (string?)null);
        do
        {
            var page = await sns.ListTopicsAsync(next, Token);
            topics.AddRange(page.Items);
            next = page.NextToken;
        }
        while (next is not null);
        return topics;
    }

    private static async Task<List<Message>> ReceiveAsync(AmazonSQSClient sqs, string queueUrl)
    {
        var request = new ReceiveMessageRequest(queueUrl) { MaxNumberOfMessages = 10, WaitTimeSeconds = 5, MessageAttributeNames = ["All"] };
        return (await sqs.ReceiveMessageAsync(request, Token)).Messages ?? [];
    }
}
