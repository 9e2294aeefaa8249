using System.Text.Json.Nodes;
using Amazon.SQS;
using Messaging.Kit.Sqs;
using Messaging.Kit.Sqs.Tests;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sns.Tests;

/// <summary>What emulators do not show of subscriptions.</summary>
public sealed class SnsSubscriptionTopologyTests
{
    private const string Queue = "arn:aws:sqs:eu-west-1:123456789012:shipping";

    private readonly FakeSns _sns = new();
    private readonly FakeSqs _sqs = new();

    public SnsSubscriptionTopologyTests() =>
        _sqs.On("GetQueueAttributes", _ => new JsonObject
        {
            ["Attributes"] = new JsonObject { ["QueueArn"] = Queue, ["Policy"] = """{"Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}}""" },
        });

    [Fact]
    public async Task Subscription_that_is_still_listed_after_its_end_is_none()
    {
        _sns.Subscriptions["gone"] = (new("Deleted", "sqs", Queue), []);

        Assert.Equal("Queue 'shipping' is not subscribed to topic 'orders'. Subscribe it, or set Topology to Create.", Assert.Single(await ApplyAsync(TopologyMode.Validate)));
        Assert.Empty(await ApplyAsync(TopologyMode.Create));

        Assert.Single(_sns.Calls, "Subscribe");
    }

    [Fact]
    public async Task Subscription_that_waits_to_be_confirmed_is_a_difference_and_is_not_asked_for_again()
    {
        _sns.Subscriptions["waiting"] = (new("PendingConfirmation", "sqs", Queue), []);

        Assert.Contains("waits to be confirmed", Assert.Single(await ApplyAsync(TopologyMode.Create)), StringComparison.Ordinal);

        Assert.DoesNotContain("Subscribe", _sns.Calls);
    }

    [Theory]
    [InlineData("alias/aws/sqs", null)]
    [InlineData("arn:aws:kms:eu-west-1:123456789012:alias/aws/sqs", null)]
    [InlineData(null, "alias/aws/sqs")]
    public async Task Queue_with_a_key_that_AWS_keeps_to_itself_takes_nothing_from_a_topic(string? said, string? found)
    {
        var options = new SqsTransportOptions { KmsKeyId = said };
        options.SubscribeToSns("orders");
        _sqs.On("GetQueueAttributes", _ => new JsonObject { ["Attributes"] = new JsonObject { ["QueueArn"] = Queue, ["KmsMasterKeyId"] = found ?? "alias/shop" } });

        var differences = await new SqsTopology(new SqsQueue("http://localhost/123456789012/shipping", _sqs.Client), null, options, TimeProvider.System)
            .ApplyAsync(TopologyMode.Validate, TestContext.Current.CancellationToken);

        Assert.Equal(
            $"Queue 'shipping' has the key {said ?? found} of AWS's own, by which what the subscription to topic 'orders' sends is refused. Use a key whose policy lets it, or SQS's own encryption, which needs none.",
            Assert.Single(differences));
        options.Feeds.Clear();
        Assert.Empty(SqsTopology.FaultsOf("shipping", null, options));
    }

    [Fact]
    public async Task What_is_refused_of_one_subscription_is_said_together_with_what_is_different_in_others()
    {
        var asked = 0;
        _sns.Add("orders");
        _sns.Fault = call => call == "GetTopicAttributes" && asked++ == 0 ? FakeSns.Error("AuthorizationError", System.Net.HttpStatusCode.Forbidden) : null;
        var services = new ServiceCollection().AddSingleton<ISnsClient>(_sns).AddSingleton<IAmazonSQS>(_sqs.Client).AddOptions();
        const string Url = "http://localhost/123456789012/shipping";
        var source = Builders.From(services).Sqs(Url, queue => queue.SubscribeToSns("arn:aws:sns:eu-west-1:123456789012:orders").SubscribeToSns("arn:aws:sns:eu-west-1:123456789012:refunds"));
        await using var provider = services.BuildServiceProvider();

        var differences = await Assert.IsAssignableFrom<ITopology>(source).ApplyAsync(TopologyMode.Validate, Url, provider, TestContext.Current.CancellationToken);

        Assert.Contains("The caller needs sns:GetTopicAttributes", differences[0], StringComparison.Ordinal);
        Assert.StartsWith("Topic 'refunds' does not exist", differences[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_of_a_subscription_is_said_together_with_what_was_found_before()
    {
        _sns.Add("orders");
        _sns.Fault = call => call == "ListSubscriptionsByTopic" ? FakeSns.Error("AuthorizationError", System.Net.HttpStatusCode.Forbidden) : null;
        var services = new ServiceCollection().AddSingleton<ISnsClient>(_sns).AddSingleton<IAmazonSQS>(_sqs.Client).AddOptions();
        const string Url = "http://localhost/123456789012/shipping";
        var source = Builders.From(services).Sqs(Url, queue => queue.SubscribeToSns(
            "arn:aws:sns:eu-west-1:123456789012:orders", subscription => subscription.Topic = topic => topic.KmsKeyId = "alias/shop"));
        await using var provider = services.BuildServiceProvider();

        var differences = await Assert.IsAssignableFrom<ITopology>(source).ApplyAsync(TopologyMode.Validate, Url, provider, TestContext.Current.CancellationToken);

        Assert.Collection(
            differences,
            found => Assert.StartsWith("Topic 'orders' has KmsMasterKeyId not set", found, StringComparison.Ordinal),
            refused => Assert.Contains("The caller needs sns:ListSubscriptionsByTopic", refused, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<string>> ApplyAsync(TopologyMode mode)
    {
        List<string> differences = [];
        await new SnsSubscriptionTopology(new SnsTopic(_sns.Add("orders"), _sns, null), new(), new SqsQueue("shipping", _sqs.Client), null, new(new()), differences, TimeProvider.System)
            .ApplyAsync(mode, TestContext.Current.CancellationToken);
        return differences;
    }
}
