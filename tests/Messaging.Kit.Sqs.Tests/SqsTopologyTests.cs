using System.Text.Json.Nodes;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsTopologyTests : IDisposable
{
    private readonly FakeSqs _sqs = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly Dictionary<string, JsonObject> _queues = [];

    public SqsTopologyTests()
    {
        _sqs.On("GetQueueUrl", request => Task.FromResult(_queues.ContainsKey(request["QueueName"]!.GetValue<string>())
            ? FakeSqs.Json(new JsonObject { ["QueueUrl"] = Url(request["QueueName"]!.GetValue<string>()) })
            : Missing()));
        _sqs.On("GetQueueAttributes", request => Task.FromResult(_queues.TryGetValue(NameOf(request), out var attributes)
            ? FakeSqs.Json(new JsonObject { ["Attributes"] = attributes.DeepClone() })
            : Missing()));
        _sqs.On("CreateQueue", request =>
        {
            var name = request["QueueName"]!.GetValue<string>();
            _queues[name] = request["Attributes"]?.DeepClone().AsObject() ?? [];
            _queues[name]["QueueArn"] = Arn(name);
            return new() { ["QueueUrl"] = Url(name) };
        });
    }

    public void Dispose() => _sqs.Dispose();

    [Fact]
    public async Task Create_makes_the_dead_letter_queue_first_and_then_the_queue_with_its_attributes()
    {
        var differences = await ApplyAsync("orders", TopologyMode.Create, options =>
        {
            options.RedriveTo = "orders-dlq";
            options.MaxReceiveCount = 5;
            options.Retention = TimeSpan.FromDays(2);
            options.Delay = TimeSpan.FromSeconds(3);
            options.KmsKeyId = "alias/mine";
        });

        Assert.Empty(differences);
        var created = _sqs.Requests("CreateQueue");
        Assert.Equal(["orders-dlq", "orders"], created.Select(request => request["QueueName"]!.GetValue<string>()));
        AssertAttributes(created[0], ("KmsMasterKeyId", "alias/mine"), ("MessageRetentionPeriod", "1209600"));
        AssertAttributes(
            created[1],
            ("DelaySeconds", "3"),
            ("KmsMasterKeyId", "alias/mine"),
            ("MessageRetentionPeriod", "172800"),
            ("RedrivePolicy", """{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:orders-dlq","maxReceiveCount":"5"}"""));
    }

    [Fact]
    public async Task Queue_without_options_is_created_as_AWS_would()
    {
        Assert.Empty(await ApplyAsync("orders", TopologyMode.Create));

        Assert.True(_sqs.Request("CreateQueue")["Attributes"] is null or JsonObject { Count: 0 });
    }

    [Fact]
    public async Task Fifo_queue_and_its_dead_letter_queue_are_created_as_such()
    {
        Assert.Empty(await ApplyAsync("orders.fifo", TopologyMode.Create, options => (options.HighThroughputFifo, options.RedriveTo) = (true, "dead.fifo")));

        var created = _sqs.Requests("CreateQueue");
        AssertAttributes(created[0], ("FifoQueue", "true"), ("MessageRetentionPeriod", "1209600"));
        AssertAttributes(
            created[1],
            ("DeduplicationScope", "messageGroup"),
            ("FifoQueue", "true"),
            ("FifoThroughputLimit", "perMessageGroupId"),
            ("RedrivePolicy", """{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":"10"}"""));
    }

    [Fact]
    public async Task Creating_again_changes_nothing()
    {
        static void Configure(SqsTransportOptions options) => (options.RedriveTo, options.Retention) = ("dead", TimeSpan.FromHours(1));
        await ApplyAsync("orders", TopologyMode.Create, Configure);

        Assert.Empty(await ApplyAsync("orders", TopologyMode.Create, Configure));
        Assert.Empty(await ApplyAsync("orders", TopologyMode.Validate, Configure));

        Assert.Equal(2, _sqs.Requests("CreateQueue").Count);
        Assert.DoesNotContain("SetQueueAttributes", _sqs.Actions());
    }

    [Fact]
    public async Task Differences_are_all_reported_and_none_is_changed()
    {
        _queues["dead"] = new() { ["QueueArn"] = Arn("dead") };
        _queues["orders"] = new()
        {
            ["QueueArn"] = Arn("orders"),
            ["MessageRetentionPeriod"] = "60",
            ["RedrivePolicy"] = """{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:other","maxReceiveCount":10}""",
        };

        var differences = await ApplyAsync("orders", TopologyMode.Create, options =>
        {
            options.RedriveTo = "dead";
            options.Retention = TimeSpan.FromHours(1);
            options.Delay = TimeSpan.FromSeconds(3);
            options.KmsKeyId = "alias/mine";
        });

        Assert.Equal(5, differences.Count);
        Assert.Contains("Queue 'dead' has KmsMasterKeyId not set", differences[0], StringComparison.Ordinal);
        Assert.Contains(differences, difference => difference.Contains("MessageRetentionPeriod 60, and the registration says 3600", StringComparison.Ordinal));
        Assert.Contains(differences, difference => difference.Contains("DelaySeconds not set", StringComparison.Ordinal));
        Assert.Contains(differences, difference => difference.Contains(":other", StringComparison.Ordinal));
        Assert.Empty(_sqs.Requests("CreateQueue"));
        Assert.DoesNotContain("SetQueueAttributes", _sqs.Actions());
    }

    [Theory]
    [InlineData("""{"maxReceiveCount":10,"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead"}""", 0)]
    [InlineData("""{ "deadLetterTargetArn" : "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount" : "10" }""", 0)]
    [InlineData("""{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":11}""", 1)]
    [InlineData("""{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead"}""", 1)]
    [InlineData("nonsense", 1)]
    [InlineData("[]", 1)]
    public async Task Redrive_policies_are_compared_by_what_they_say(string policy, int differences)
    {
        _queues["dead"] = new() { ["QueueArn"] = Arn("dead") };
        _queues["orders"] = new() { ["RedrivePolicy"] = policy };

        Assert.Equal(differences, (await ApplyAsync("orders", TopologyMode.Validate, options => options.RedriveTo = "dead")).Count);
    }

    [Fact]
    public async Task Validate_reports_what_is_missing_and_creates_nothing()
    {
        var differences = await ApplyAsync("orders", TopologyMode.Validate, options => options.RedriveTo = "dead");

        Assert.Equal(2, differences.Count);
        Assert.Contains("'dead' does not exist", differences[0], StringComparison.Ordinal);
        Assert.Contains("'orders' does not exist", differences[1], StringComparison.Ordinal);
        Assert.DoesNotContain("CreateQueue", _sqs.Actions());
    }

    [Fact]
    public async Task Queue_that_is_named_by_its_URL_is_compared_and_never_created()
    {
        var missing = await ApplyAsync(Url("orders"), TopologyMode.Create);
        _queues["orders"] = [];
        var there = await ApplyAsync(Url("orders"), TopologyMode.Create);

        Assert.Contains("named by its URL", Assert.Single(missing), StringComparison.Ordinal);
        Assert.Empty(there);
        Assert.DoesNotContain("CreateQueue", _sqs.Actions());
    }

    [Fact]
    public async Task Contradictions_are_reported_before_anything_is_asked()
    {
        Assert.Single(await ApplyAsync("orders", TopologyMode.Create, options => options.HighThroughputFifo = true));
        Assert.Single(await ApplyAsync("orders", TopologyMode.Create, options => options.RedriveTo = "orders"));
        Assert.Single(await ApplyAsync("orders", TopologyMode.Create, options => options.RedriveTo = "dead.fifo"));
        Assert.Single(await ApplyAsync("orders.fifo", TopologyMode.Create, options => options.RedriveTo = "dead"));
        Assert.Equal(2, (await ApplyAsync("orders", TopologyMode.Create, options => (options.HighThroughputFifo, options.RedriveTo) = (true, "dead.fifo"))).Count);
        Assert.Empty(_sqs.Actions());
    }

    [Fact]
    public async Task Queue_that_another_host_creates_at_the_same_time_is_compared()
    {
        _sqs.On("CreateQueue", _ =>
        {
            _queues["orders"] = new() { ["MessageRetentionPeriod"] = "60" };
            return Task.FromResult(FakeSqs.Error("QueueNameExists", "A queue already exists with the same name and a different value", legacyCode: "QueueAlreadyExists"));
        });

        var differences = await ApplyAsync("orders", TopologyMode.Create, options => options.Retention = TimeSpan.FromHours(1));

        Assert.Contains("MessageRetentionPeriod 60", Assert.Single(differences), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_that_was_deleted_a_moment_ago_can_be_created_later()
    {
        _sqs.Refuse("CreateQueue", "QueueDeletedRecently", legacyCode: "AWS.SimpleQueueService.QueueDeletedRecently");

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await ApplyAsync("orders", TopologyMode.Create));

        Assert.Equal(FailureKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task Created_queue_that_is_not_there_yet_is_transient()
    {
        _sqs.On("CreateQueue", _ => new() { ["QueueUrl"] = Url("orders") });

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await ApplyAsync("orders", TopologyMode.Create));

        Assert.Equal(FailureKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task Queue_can_be_created_only_with_permission()
    {
        _sqs.Refuse("CreateQueue", "AccessDenied");

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await ApplyAsync("orders", TopologyMode.Create));

        Assert.Equal(FailureKind.Denied, failure.Kind);
        Assert.Contains("sqs:CreateQueue", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TopologyMode.None, TopologyMode.Create, 0)]
    [InlineData(TopologyMode.Validate, TopologyMode.Create, 0)]
    [InlineData(TopologyMode.Create, TopologyMode.Validate, 1)]
    [InlineData(null, TopologyMode.Create, 1)]
    [InlineData(null, TopologyMode.Validate, 0)]
    public async Task Mode_of_the_queue_goes_before_that_of_the_application(TopologyMode? own, TopologyMode applications, int created)
    {
        await ApplyAsync("orders", applications, options => options.Topology = own);

        Assert.Equal(created, _sqs.Requests("CreateQueue").Count);
        Assert.Equal(own == TopologyMode.None, _sqs.Actions().Count == 0);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Url(string name) => $"http://localhost/{FakeSqs.Account}/{name}";

    private static string Arn(string name) => $"arn:aws:sqs:us-east-1:{FakeSqs.Account}:{name}";

    private static string NameOf(JsonObject request) => SqsQueue.NameOf(request["QueueUrl"]!.GetValue<string>());

    private static HttpResponseMessage Missing() => FakeSqs.Error("QueueDoesNotExist", "missing", legacyCode: "AWS.SimpleQueueService.NonExistentQueue");

    private static void AssertAttributes(JsonObject request, params (string Name, string Value)[] expected) =>
        Assert.Equal(expected, request["Attributes"]!.AsObject().Select(attribute => (attribute.Key, attribute.Value!.GetValue<string>())).OrderBy(pair => pair.Key, StringComparer.Ordinal));

    private async Task<IReadOnlyList<string>> ApplyAsync(string queue, TopologyMode mode, Action<SqsTransportOptions>? configure = null)
    {
        var options = new SqsTransportOptions();
        configure?.Invoke(options);
        var apply = new SqsTopology(new SqsQueue(queue, _sqs.Client), options.RedriveTo, options, _time).ApplyAsync(mode, Token).AsTask();
        while (!apply.IsCompleted)
        {
            // The second that SQS wants after a creation passes as soon as it is waited for.
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await apply;
    }
}
