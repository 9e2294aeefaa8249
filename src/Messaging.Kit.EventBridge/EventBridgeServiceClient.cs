using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using Messaging.Kit.Aws;

namespace Messaging.Kit.EventBridge;

/// <summary>The kit's own client of EventBridge.</summary>
internal sealed class EventBridgeServiceClient(AWSCredentials? credentials, AwsServiceConfig config)
    : AwsServiceClient(credentials, config, new EventBridgeProtocol()), IEventBridgeClient, IAmazonService
{
    /// <summary>What the SDKs call the service.</summary>
    public const string ServiceId = "EventBridge";

    /// <summary>How AWS calls it in its hosts.</summary>
    public const string Host = "events";

    // The application's AWSOptions may name settings as text.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(AwsServiceConfig))]
    public static ClientConfig CreateDefaultClientConfig() => new AwsServiceConfig(ServiceId, Host, "2015-10-07");

    public static IAmazonService CreateDefaultServiceClient(AWSCredentials? awsCredentials, ClientConfig clientConfig) =>
        new EventBridgeServiceClient(awsCredentials, (AwsServiceConfig)clientConfig);

    public Task<IReadOnlyList<EventBridgeOutcome>> PutEventsAsync(IReadOnlyList<EventBridgeEntry> entries, CancellationToken cancellationToken = default) =>
        CallAsync(new PutEventsRequest(entries), cancellationToken);

    public Task<EventBridgeBus> DescribeEventBusAsync(string? bus, CancellationToken cancellationToken = default) =>
        CallAsync(new DescribeEventBusRequest(bus), cancellationToken);

    public Task<string> CreateEventBusAsync(
        string name, string? description = null, string? kmsKeyIdentifier = null, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) =>
        CallAsync(new CreateEventBusRequest(name, description, kmsKeyIdentifier, tags), cancellationToken);

    public Task DeleteEventBusAsync(string name, CancellationToken cancellationToken = default) =>
        CallAsync(new DeleteEventBusRequest(name), cancellationToken);

    public Task<string> PutRuleAsync(EventBridgeRule rule, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) =>
        CallAsync(new PutRuleRequest(rule, tags), cancellationToken);

    public Task<EventBridgeRule> DescribeRuleAsync(string? bus, string name, CancellationToken cancellationToken = default) =>
        CallAsync(new DescribeRuleRequest(bus, name), cancellationToken);

    public Task DeleteRuleAsync(string? bus, string name, CancellationToken cancellationToken = default) =>
        CallAsync(new DeleteRuleRequest(bus, name), cancellationToken);

    public Task<EventBridgePage<EventBridgeRule>> ListRulesAsync(string? bus, string? namePrefix = null, string? nextToken = null, CancellationToken cancellationToken = default) =>
        CallAsync(new ListRulesRequest(bus, namePrefix, nextToken), cancellationToken);

    public Task<IReadOnlyList<EventBridgeTargetFailure>> PutTargetsAsync(
        string? bus, string rule, IReadOnlyList<EventBridgeTarget> targets, CancellationToken cancellationToken = default) =>
        CallAsync(new PutTargetsRequest(bus, rule, targets), cancellationToken);

    public Task<EventBridgePage<EventBridgeTarget>> ListTargetsByRuleAsync(string? bus, string rule, string? nextToken = null, CancellationToken cancellationToken = default) =>
        CallAsync(new ListTargetsByRuleRequest(bus, rule, nextToken), cancellationToken);

    public Task<IReadOnlyList<EventBridgeTargetFailure>> RemoveTargetsAsync(
        string? bus, string rule, IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        CallAsync(new RemoveTargetsRequest(bus, rule, ids), cancellationToken);

    public Task<string> CreateArchiveAsync(EventBridgeArchive archive, CancellationToken cancellationToken = default) =>
        CallAsync(new CreateArchiveRequest(archive), cancellationToken);

    public Task<EventBridgeArchive> DescribeArchiveAsync(string name, CancellationToken cancellationToken = default) =>
        CallAsync(new DescribeArchiveRequest(name), cancellationToken);

    public Task UpdateArchiveAsync(EventBridgeArchive archive, CancellationToken cancellationToken = default) =>
        CallAsync(new UpdateArchiveRequest(archive), cancellationToken);

    public Task DeleteArchiveAsync(string name, CancellationToken cancellationToken = default) =>
        CallAsync(new DeleteArchiveRequest(name), cancellationToken);

    public Task<string> StartReplayAsync(EventBridgeReplay replay, CancellationToken cancellationToken = default) =>
        CallAsync(new StartReplayRequest(replay), cancellationToken);

    public Task<EventBridgeReplay> DescribeReplayAsync(string name, CancellationToken cancellationToken = default) =>
        CallAsync(new DescribeReplayRequest(name), cancellationToken);
}
