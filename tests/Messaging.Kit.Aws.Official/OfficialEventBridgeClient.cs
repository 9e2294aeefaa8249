using System.Text;
using Amazon.EventBridge;
using Amazon.EventBridge.Model;
using Messaging.Kit.EventBridge;

/// <summary>EventBridge by AWS's own client.</summary>
internal sealed class OfficialEventBridgeClient(IAmazonEventBridge events) : IEventBridgeClient
{
    public async Task<IReadOnlyList<EventBridgeOutcome>> PutEventsAsync(IReadOnlyList<EventBridgeEntry> entries, CancellationToken token)
    {
        var response = await events.PutEventsAsync(new PutEventsRequest { Entries = [.. entries.Select(Entry)] }, token);
        return [.. (response.Entries ?? []).Select(entry => new EventBridgeOutcome(entry.EventId, entry.ErrorCode, entry.ErrorMessage))];
    }

    public async Task<EventBridgeBus> DescribeEventBusAsync(string? bus, CancellationToken token)
    {
        var response = await events.DescribeEventBusAsync(new DescribeEventBusRequest { Name = bus }, token);
        return new(response.Name, response.Arn) { Description = response.Description, KmsKeyIdentifier = response.KmsKeyIdentifier, Policy = response.Policy };
    }

    public async Task<string> CreateEventBusAsync(
        string name, string? description, string? kmsKeyIdentifier, IReadOnlyDictionary<string, string>? tags, CancellationToken token) =>
        (await events.CreateEventBusAsync(
            new CreateEventBusRequest { Name = name, Description = description, KmsKeyIdentifier = kmsKeyIdentifier, Tags = Tags(tags) }, token)).EventBusArn;

    public Task DeleteEventBusAsync(string name, CancellationToken token) => events.DeleteEventBusAsync(new DeleteEventBusRequest { Name = name }, token);

    public async Task<string> PutRuleAsync(EventBridgeRule rule, IReadOnlyDictionary<string, string>? tags, CancellationToken token) =>
        (await events.PutRuleAsync(
            new PutRuleRequest
            {
                Name = rule.Name,
                EventBusName = rule.EventBusName,
                EventPattern = rule.EventPattern,
                Description = rule.Description,
                State = rule.State,
                Tags = Tags(tags),
            },
            token)).RuleArn;

    public async Task<EventBridgeRule> DescribeRuleAsync(string? bus, string name, CancellationToken token)
    {
        var rule = await events.DescribeRuleAsync(new DescribeRuleRequest { Name = name, EventBusName = bus }, token);
        return new(rule.Name) { EventBusName = rule.EventBusName, EventPattern = rule.EventPattern, Description = rule.Description, State = rule.State, Arn = rule.Arn };
    }

    public Task DeleteRuleAsync(string? bus, string name, CancellationToken token) =>
        events.DeleteRuleAsync(new DeleteRuleRequest { Name = name, EventBusName = bus }, token);

    public async Task<EventBridgePage<EventBridgeRule>> ListRulesAsync(string? bus, string? namePrefix, string? nextToken, CancellationToken token)
    {
        var response = await events.ListRulesAsync(new ListRulesRequest { EventBusName = bus, NamePrefix = namePrefix, NextToken = nextToken }, token);
        return new(
            [.. (response.Rules ?? []).Select(rule => new EventBridgeRule(rule.Name)
            {
                EventBusName = rule.EventBusName,
                EventPattern = rule.EventPattern,
                Description = rule.Description,
                State = rule.State,
                Arn = rule.Arn,
            })],
            response.NextToken);
    }

    public async Task<IReadOnlyList<EventBridgeTargetFailure>> PutTargetsAsync(
        string? bus, string rule, IReadOnlyList<EventBridgeTarget> targets, CancellationToken token)
    {
        var response = await events.PutTargetsAsync(new PutTargetsRequest { Rule = rule, EventBusName = bus, Targets = [.. targets.Select(Target)] }, token);
        return [.. (response.FailedEntries ?? []).Select(entry => new EventBridgeTargetFailure(entry.TargetId, entry.ErrorCode, entry.ErrorMessage))];
    }

    public async Task<EventBridgePage<EventBridgeTarget>> ListTargetsByRuleAsync(string? bus, string rule, string? nextToken, CancellationToken token)
    {
        var response = await events.ListTargetsByRuleAsync(new ListTargetsByRuleRequest { Rule = rule, EventBusName = bus, NextToken = nextToken }, token);
        return new([.. (response.Targets ?? []).Select(Target)], response.NextToken);
    }

    public async Task<IReadOnlyList<EventBridgeTargetFailure>> RemoveTargetsAsync(string? bus, string rule, IReadOnlyList<string> ids, CancellationToken token)
    {
        var response = await events.RemoveTargetsAsync(new RemoveTargetsRequest { Rule = rule, EventBusName = bus, Ids = [.. ids] }, token);
        return [.. (response.FailedEntries ?? []).Select(entry => new EventBridgeTargetFailure(entry.TargetId, entry.ErrorCode, entry.ErrorMessage))];
    }

    public async Task<string> CreateArchiveAsync(EventBridgeArchive archive, CancellationToken token) =>
        (await events.CreateArchiveAsync(
            new CreateArchiveRequest
            {
                ArchiveName = archive.Name,
                EventSourceArn = archive.EventSourceArn,
                Description = archive.Description,
                EventPattern = archive.EventPattern,
                RetentionDays = archive.RetentionDays,
            },
            token)).ArchiveArn;

    public async Task<EventBridgeArchive> DescribeArchiveAsync(string name, CancellationToken token)
    {
        var archive = await events.DescribeArchiveAsync(new DescribeArchiveRequest { ArchiveName = name }, token);
        return new(archive.ArchiveName)
        {
            EventSourceArn = archive.EventSourceArn,
            Description = archive.Description,
            EventPattern = archive.EventPattern,
            RetentionDays = archive.RetentionDays,
            Arn = archive.ArchiveArn,
            State = archive.State,
            EventCount = archive.EventCount ?? 0,
        };
    }

    public Task UpdateArchiveAsync(EventBridgeArchive archive, CancellationToken token) => events.UpdateArchiveAsync(
        new UpdateArchiveRequest
        {
            ArchiveName = archive.Name,
            Description = archive.Description,
            EventPattern = archive.EventPattern,
            RetentionDays = archive.RetentionDays,
        },
        token);

    public Task DeleteArchiveAsync(string name, CancellationToken token) => events.DeleteArchiveAsync(new DeleteArchiveRequest { ArchiveName = name }, token);

    public async Task<string> StartReplayAsync(EventBridgeReplay replay, CancellationToken token) =>
        (await events.StartReplayAsync(
            new StartReplayRequest
            {
                ReplayName = replay.Name,
                Description = replay.Description,
                EventSourceArn = replay.ArchiveArn,
                EventStartTime = replay.StartTime.UtcDateTime,
                EventEndTime = replay.EndTime.UtcDateTime,
                Destination = new ReplayDestination { Arn = replay.DestinationArn, FilterArns = replay.FilterArns?.ToList() },
            },
            token)).ReplayArn;

    public async Task<EventBridgeReplay> DescribeReplayAsync(string name, CancellationToken token)
    {
        var replay = await events.DescribeReplayAsync(new DescribeReplayRequest { ReplayName = name }, token);
        return new(replay.ReplayName, replay.EventSourceArn, replay.Destination?.Arn ?? "", replay.EventStartTime ?? default, replay.EventEndTime ?? default)
        {
            Description = replay.Description,
            FilterArns = replay.Destination?.FilterArns,
            Arn = replay.ReplayArn,
            State = replay.State,
            StateReason = replay.StateReason,
        };
    }

    private static List<Tag>? Tags(IReadOnlyDictionary<string, string>? tags) => tags?.Select(tag => new Tag { Key = tag.Key, Value = tag.Value }).ToList();

    private static PutEventsRequestEntry Entry(EventBridgeEntry entry) => new()
    {
        Source = entry.Source,
        DetailType = entry.DetailType,
        Detail = Encoding.UTF8.GetString(entry.Detail.Span),
        Time = entry.Time?.UtcDateTime,
        Resources = entry.Resources?.ToList(),
        EventBusName = entry.EventBusName,
        TraceHeader = entry.TraceHeader,
    };

    private static Target Target(EventBridgeTarget target) => new()
    {
        Id = target.Id,
        Arn = target.Arn,
        RoleArn = target.RoleArn,
        Input = target.Input,
        InputPath = target.InputPath,
        InputTransformer = target.InputTemplate is null ? null : new() { InputTemplate = target.InputTemplate, InputPathsMap = target.InputPaths?.ToDictionary() },
        SqsParameters = target.MessageGroupId is null ? null : new() { MessageGroupId = target.MessageGroupId },
        DeadLetterConfig = target.DeadLetterArn is null ? null : new() { Arn = target.DeadLetterArn },
        RetryPolicy = (target.MaximumRetryAttempts ?? target.MaximumEventAgeInSeconds) is null ? null : new()
        {
            MaximumRetryAttempts = target.MaximumRetryAttempts,
            MaximumEventAgeInSeconds = target.MaximumEventAgeInSeconds,
        },
    };

    private static EventBridgeTarget Target(Target target) => new(target.Id, target.Arn)
    {
        RoleArn = target.RoleArn,
        Input = target.Input,
        InputPath = target.InputPath,
        InputTemplate = target.InputTransformer?.InputTemplate,
        InputPaths = target.InputTransformer?.InputPathsMap,
        MessageGroupId = target.SqsParameters?.MessageGroupId,
        DeadLetterArn = target.DeadLetterConfig?.Arn,
        MaximumRetryAttempts = target.RetryPolicy?.MaximumRetryAttempts,
        MaximumEventAgeInSeconds = target.RetryPolicy?.MaximumEventAgeInSeconds,
    };
}
