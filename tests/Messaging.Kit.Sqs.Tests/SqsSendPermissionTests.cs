using System.Text.Json.Nodes;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs.Tests;

/// <summary>Statements in the policies of queues, while others write theirs.</summary>
public sealed class SqsSendPermissionTests
{
    private const string Service = "sns.amazonaws.com";
    private const string QueueArn = "arn:aws:sqs:us-east-1:000000000000:shared";

    private readonly FakeSqs _sqs = new();
    private readonly SkippingClock _clock = new();
    private string? _policy;
    private int _reads;

    public SqsSendPermissionTests()
    {
        _sqs.On("GetQueueAttributes", _ => Attributes(Read()));
        _sqs.On("SetQueueAttributes", request =>
        {
            _policy = (string)request["Attributes"]!["Policy"]!;
            return [];
        });
    }

    /// <summary>What a read shows; by default what was written last.</summary>
    private Func<string?>? Shown { get; set; }

    [Fact]
    public async Task Statement_that_another_host_overwrites_is_written_again()
    {
        var theirs = Statement("theirs").AddTo(null)!;
        // Read before this host wrote, and written after it has looked.
        Shown = () => _reads == 3 ? _policy = theirs : _policy;

        Assert.Empty(await ApplyAsync(TopologyMode.Create));

        Assert.True(Statement("ours").IsAllowedBy(_policy));
        Assert.True(Statement("theirs").IsAllowedBy(_policy));
        Assert.Equal(2, _sqs.Requests("SetQueueAttributes").Count);
    }

    [Fact]
    public async Task Policy_that_takes_its_time_to_show_is_waited_for_and_not_written_again()
    {
        Shown = () => _reads < 8 ? null : _policy;

        Assert.Empty(await ApplyAsync(TopologyMode.Create));

        Assert.Single(_sqs.Requests("SetQueueAttributes"));
        Assert.True(_clock.Skipped > TimeSpan.FromSeconds(5), $"{_clock.Skipped} were waited.");
    }

    [Fact]
    public async Task Policy_that_never_shows_is_a_failure_that_may_pass()
    {
        Shown = () => null;

        var failure = await Assert.ThrowsAsync<TransportException>(() => ApplyAsync(TopologyMode.Create));

        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Contains("'shared'", failure.Message, StringComparison.Ordinal);
        Assert.Single(_sqs.Requests("SetQueueAttributes"));
        Assert.InRange(_clock.Skipped, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Policy_that_denies_is_a_difference_and_stays_as_it_is()
    {
        _policy = """{"Statement":{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"}}""";

        Assert.Contains("does not let", Assert.Single(await ApplyAsync(TopologyMode.Create)), StringComparison.Ordinal);

        Assert.Empty(_sqs.Requests("SetQueueAttributes"));
    }

    [Fact]
    public async Task Nothing_is_written_or_waited_for_when_it_is_there_or_only_looked_at()
    {
        Assert.Single(await ApplyAsync(TopologyMode.Validate));
        _policy = Statement("ours").AddTo(null);
        Assert.Empty(await ApplyAsync(TopologyMode.Create));

        Assert.Empty(_sqs.Requests("SetQueueAttributes"));
        Assert.Equal(TimeSpan.Zero, _clock.Skipped);
    }

    private static SqsPolicy Statement(string topic) => new(Service, QueueArn, $"arn:aws:sns:us-east-1:000000000000:{topic}");

    private static JsonObject Attributes(string? policy)
    {
        var attributes = new JsonObject { ["QueueArn"] = QueueArn };
        if (policy is not null)
        {
            attributes["Policy"] = policy;
        }

        return new() { ["Attributes"] = attributes };
    }

    private async Task<IReadOnlyList<string>> ApplyAsync(TopologyMode mode) =>
        await new SqsSendPermission(Service, Statement("ours").SourceArn, _clock).ApplyAsync([new("shared", _sqs.Client)], mode, TestContext.Current.CancellationToken);

    private string? Read()
    {
        _reads++;
        return Shown is null ? _policy : Shown();
    }

    /// <summary>A clock on which every wait is over at once.</summary>
    private sealed class SkippingClock : TimeProvider
    {
        private long _ticks;

        public TimeSpan Skipped => TimeSpan.FromTicks(_ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ticks += dueTime.Ticks;
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
