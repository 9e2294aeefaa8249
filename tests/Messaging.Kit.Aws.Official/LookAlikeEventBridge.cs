#nullable disable
using Amazon.EventBridge.Model;
using Amazon.Runtime;

namespace Amazon.EventBridge
{
    internal interface IAmazonEventBridge
    {
        Task<PutEventsResponse> PutEventsAsync(PutEventsRequest request, CancellationToken cancellationToken = default);

        Task<DescribeEventBusResponse> DescribeEventBusAsync(DescribeEventBusRequest request, CancellationToken cancellationToken = default);

        Task<CreateEventBusResponse> CreateEventBusAsync(CreateEventBusRequest request, CancellationToken cancellationToken = default);

        Task<DeleteEventBusResponse> DeleteEventBusAsync(DeleteEventBusRequest request, CancellationToken cancellationToken = default);

        Task<PutRuleResponse> PutRuleAsync(PutRuleRequest request, CancellationToken cancellationToken = default);

        Task<DescribeRuleResponse> DescribeRuleAsync(DescribeRuleRequest request, CancellationToken cancellationToken = default);

        Task<DeleteRuleResponse> DeleteRuleAsync(DeleteRuleRequest request, CancellationToken cancellationToken = default);

        Task<ListRulesResponse> ListRulesAsync(ListRulesRequest request, CancellationToken cancellationToken = default);

        Task<PutTargetsResponse> PutTargetsAsync(PutTargetsRequest request, CancellationToken cancellationToken = default);

        Task<ListTargetsByRuleResponse> ListTargetsByRuleAsync(ListTargetsByRuleRequest request, CancellationToken cancellationToken = default);

        Task<RemoveTargetsResponse> RemoveTargetsAsync(RemoveTargetsRequest request, CancellationToken cancellationToken = default);

        Task<CreateArchiveResponse> CreateArchiveAsync(CreateArchiveRequest request, CancellationToken cancellationToken = default);

        Task<DescribeArchiveResponse> DescribeArchiveAsync(DescribeArchiveRequest request, CancellationToken cancellationToken = default);

        Task<UpdateArchiveResponse> UpdateArchiveAsync(UpdateArchiveRequest request, CancellationToken cancellationToken = default);

        Task<DeleteArchiveResponse> DeleteArchiveAsync(DeleteArchiveRequest request, CancellationToken cancellationToken = default);

        Task<StartReplayResponse> StartReplayAsync(StartReplayRequest request, CancellationToken cancellationToken = default);

        Task<DescribeReplayResponse> DescribeReplayAsync(DescribeReplayRequest request, CancellationToken cancellationToken = default);
    }

    internal class RuleState(string value) : ConstantClass(value)
    {
        public static implicit operator RuleState(string value) => new(value);
    }

    internal class ArchiveState(string value) : ConstantClass(value)
    {
        public static implicit operator ArchiveState(string value) => new(value);
    }

    internal class ReplayState(string value) : ConstantClass(value)
    {
        public static implicit operator ReplayState(string value) => new(value);
    }
}

namespace Amazon.EventBridge.Model
{
    internal class Tag
    {
        public string Key { get; set; }

        public string Value { get; set; }
    }

    internal class PutEventsRequest
    {
        public List<PutEventsRequestEntry> Entries { get; set; }
    }

    internal class PutEventsRequestEntry
    {
        public string Source { get; set; }

        public string DetailType { get; set; }

        public string Detail { get; set; }

        public DateTime? Time { get; set; }

        public List<string> Resources { get; set; }

        public string EventBusName { get; set; }

        public string TraceHeader { get; set; }
    }

    internal class PutEventsResponse
    {
        public List<PutEventsResultEntry> Entries { get; set; }

        public int? FailedEntryCount { get; set; }
    }

    internal class PutEventsResultEntry
    {
        public string EventId { get; set; }

        public string ErrorCode { get; set; }

        public string ErrorMessage { get; set; }
    }

    internal class DescribeEventBusRequest
    {
        public string Name { get; set; }
    }

    internal class DescribeEventBusResponse
    {
        public string Name { get; set; }

        public string Arn { get; set; }

        public string Description { get; set; }

        public string KmsKeyIdentifier { get; set; }

        public string Policy { get; set; }
    }

    internal class CreateEventBusRequest
    {
        public string Name { get; set; }

        public string Description { get; set; }

        public string KmsKeyIdentifier { get; set; }

        public List<Tag> Tags { get; set; }
    }

    internal class CreateEventBusResponse
    {
        public string EventBusArn { get; set; }
    }

    internal class DeleteEventBusRequest
    {
        public string Name { get; set; }
    }

    internal class DeleteEventBusResponse;

    internal class PutRuleRequest
    {
        public string Name { get; set; }

        public string EventBusName { get; set; }

        public string EventPattern { get; set; }

        public string Description { get; set; }

        public RuleState State { get; set; }

        public List<Tag> Tags { get; set; }
    }

    internal class PutRuleResponse
    {
        public string RuleArn { get; set; }
    }

    internal class DescribeRuleRequest
    {
        public string Name { get; set; }

        public string EventBusName { get; set; }
    }

    internal class DescribeRuleResponse
    {
        public string Name { get; set; }

        public string Arn { get; set; }

        public string EventBusName { get; set; }

        public string EventPattern { get; set; }

        public string Description { get; set; }

        public RuleState State { get; set; }
    }

    internal class DeleteRuleRequest
    {
        public string Name { get; set; }

        public string EventBusName { get; set; }
    }

    internal class DeleteRuleResponse;

    internal class ListRulesRequest
    {
        public string EventBusName { get; set; }

        public string NamePrefix { get; set; }

        public string NextToken { get; set; }
    }

    internal class ListRulesResponse
    {
        public List<Rule> Rules { get; set; }

        public string NextToken { get; set; }
    }

    internal class Rule
    {
        public string Name { get; set; }

        public string Arn { get; set; }

        public string EventBusName { get; set; }

        public string EventPattern { get; set; }

        public string Description { get; set; }

        public RuleState State { get; set; }
    }

    internal class PutTargetsRequest
    {
        public string Rule { get; set; }

        public string EventBusName { get; set; }

        public List<Target> Targets { get; set; }
    }

    internal class PutTargetsResponse
    {
        public List<PutTargetsResultEntry> FailedEntries { get; set; }
    }

    internal class PutTargetsResultEntry
    {
        public string TargetId { get; set; }

        public string ErrorCode { get; set; }

        public string ErrorMessage { get; set; }
    }

    internal class ListTargetsByRuleRequest
    {
        public string Rule { get; set; }

        public string EventBusName { get; set; }

        public string NextToken { get; set; }
    }

    internal class ListTargetsByRuleResponse
    {
        public List<Target> Targets { get; set; }

        public string NextToken { get; set; }
    }

    internal class RemoveTargetsRequest
    {
        public string Rule { get; set; }

        public string EventBusName { get; set; }

        public List<string> Ids { get; set; }
    }

    internal class RemoveTargetsResponse
    {
        public List<RemoveTargetsResultEntry> FailedEntries { get; set; }
    }

    internal class RemoveTargetsResultEntry
    {
        public string TargetId { get; set; }

        public string ErrorCode { get; set; }

        public string ErrorMessage { get; set; }
    }

    internal class Target
    {
        public string Id { get; set; }

        public string Arn { get; set; }

        public string RoleArn { get; set; }

        public string Input { get; set; }

        public string InputPath { get; set; }

        public InputTransformer InputTransformer { get; set; }

        public SqsParameters SqsParameters { get; set; }

        public DeadLetterConfig DeadLetterConfig { get; set; }

        public RetryPolicy RetryPolicy { get; set; }
    }

    internal class InputTransformer
    {
        public Dictionary<string, string> InputPathsMap { get; set; }

        public string InputTemplate { get; set; }
    }

    internal class SqsParameters
    {
        public string MessageGroupId { get; set; }
    }

    internal class DeadLetterConfig
    {
        public string Arn { get; set; }
    }

    internal class RetryPolicy
    {
        public int? MaximumRetryAttempts { get; set; }

        public int? MaximumEventAgeInSeconds { get; set; }
    }

    internal class CreateArchiveRequest
    {
        public string ArchiveName { get; set; }

        public string EventSourceArn { get; set; }

        public string Description { get; set; }

        public string EventPattern { get; set; }

        public int? RetentionDays { get; set; }
    }

    internal class CreateArchiveResponse
    {
        public string ArchiveArn { get; set; }
    }

    internal class DescribeArchiveRequest
    {
        public string ArchiveName { get; set; }
    }

    internal class DescribeArchiveResponse
    {
        public string ArchiveName { get; set; }

        public string ArchiveArn { get; set; }

        public string EventSourceArn { get; set; }

        public string Description { get; set; }

        public string EventPattern { get; set; }

        public int? RetentionDays { get; set; }

        public ArchiveState State { get; set; }

        public long? EventCount { get; set; }
    }

    internal class UpdateArchiveRequest
    {
        public string ArchiveName { get; set; }

        public string Description { get; set; }

        public string EventPattern { get; set; }

        public int? RetentionDays { get; set; }
    }

    internal class UpdateArchiveResponse;

    internal class DeleteArchiveRequest
    {
        public string ArchiveName { get; set; }
    }

    internal class DeleteArchiveResponse;

    internal class StartReplayRequest
    {
        public string ReplayName { get; set; }

        public string Description { get; set; }

        public string EventSourceArn { get; set; }

        public DateTime? EventStartTime { get; set; }

        public DateTime? EventEndTime { get; set; }

        public ReplayDestination Destination { get; set; }
    }

    internal class StartReplayResponse
    {
        public string ReplayArn { get; set; }
    }

    internal class ReplayDestination
    {
        public string Arn { get; set; }

        public List<string> FilterArns { get; set; }
    }

    internal class DescribeReplayRequest
    {
        public string ReplayName { get; set; }
    }

    internal class DescribeReplayResponse
    {
        public string ReplayName { get; set; }

        public string ReplayArn { get; set; }

        public string Description { get; set; }

        public ReplayState State { get; set; }

        public string StateReason { get; set; }

        public string EventSourceArn { get; set; }

        public ReplayDestination Destination { get; set; }

        public DateTime? EventStartTime { get; set; }

        public DateTime? EventEndTime { get; set; }
    }
}
