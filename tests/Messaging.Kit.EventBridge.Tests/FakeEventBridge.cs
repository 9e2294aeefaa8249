namespace Messaging.Kit.EventBridge.Tests;

/// <summary>EventBridge as far as the sender needs it: buses, and what has been put.</summary>
internal sealed class FakeEventBridge : IEventBridgeClient
{
    public HashSet<string?> Buses { get; } = ["default"];

    public List<IReadOnlyList<EventBridgeEntry>> Put { get; } = [];

    public List<string> Calls { get; } = [];

    /// <summary>Throws what it returns, instead of answering a call.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    /// <summary>What is answered to events; all are accepted unless set.</summary>
    public Func<IReadOnlyList<EventBridgeEntry>, IReadOnlyList<EventBridgeOutcome>> Answer { get; set; } = entries => [.. entries.Select(_ => new EventBridgeOutcome("e"))];

    public static Amazon.Runtime.AmazonServiceException Error(string code) => new(code) { ErrorCode = code, StatusCode = System.Net.HttpStatusCode.BadRequest };

    public Task<IReadOnlyList<EventBridgeOutcome>> PutEventsAsync(IReadOnlyList<EventBridgeEntry> entries, CancellationToken cancellationToken = default)
    {
        See("PutEvents");
        Put.Add(entries);
        return Task.FromResult(Answer(entries));
    }

    public Task<EventBridgeBus> DescribeEventBusAsync(string? bus, CancellationToken cancellationToken = default)
    {
        See("DescribeEventBus");
        return Buses.Contains(bus) ? Task.FromResult(new EventBridgeBus(bus!, $"arn:aws:events:eu-west-1:123456789012:event-bus/{bus}")) : throw Error("ResourceNotFoundException");
    }

    public Task<string> CreateEventBusAsync(
        string name, string? description = null, string? kmsKeyIdentifier = null, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task DeleteEventBusAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<string> PutRuleAsync(EventBridgeRule rule, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<EventBridgeRule> DescribeRuleAsync(string? bus, string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DeleteRuleAsync(string? bus, string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EventBridgePage<EventBridgeRule>> ListRulesAsync(
        string? bus, string? namePrefix = null, string? nextToken = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<EventBridgeTargetFailure>> PutTargetsAsync(
        string? bus, string rule, IReadOnlyList<EventBridgeTarget> targets, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EventBridgePage<EventBridgeTarget>> ListTargetsByRuleAsync(
        string? bus, string rule, string? nextToken = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<EventBridgeTargetFailure>> RemoveTargetsAsync(
        string? bus, string rule, IReadOnlyList<string> ids, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<string> CreateArchiveAsync(EventBridgeArchive archive, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EventBridgeArchive> DescribeArchiveAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task UpdateArchiveAsync(EventBridgeArchive archive, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DeleteArchiveAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<string> StartReplayAsync(EventBridgeReplay replay, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EventBridgeReplay> DescribeReplayAsync(string name, CancellationToken cancellationToken = default)
    {
        See("DescribeReplay");
        return Task.FromResult(new EventBridgeReplay(name, "arn:aws:events:eu-west-1:123456789012:archive/all", "arn:aws:events:eu-west-1:123456789012:event-bus/shop", default, default));
    }

    private void See(string call)
    {
        Calls.Add(call);
        if (Fault(call) is { } fault)
        {
            throw fault;
        }
    }
}
