using System.Text.Json.Nodes;
using Messaging.Kit.Sqs;
using Messaging.Kit.Sqs.Tests;
using Messaging.Kit.Transports;

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

    private async Task<IReadOnlyList<string>> ApplyAsync(TopologyMode mode) =>
        await new SnsSubscriptionTopology(new SnsTopic(_sns.Add("orders"), _sns, null), new(), new SqsQueue("shipping", _sqs.Client), null, new(new()), TimeProvider.System)
            .ApplyAsync(mode, TestContext.Current.CancellationToken);
}
