using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using Messaging.Kit.Aws;

namespace Messaging.Kit.Sns;

/// <summary>The kit's own client of SNS.</summary>
internal sealed class SnsServiceClient(AWSCredentials? credentials, AwsServiceConfig config)
    : AwsServiceClient(credentials, config, new SnsProtocol()), ISnsClient, IAmazonService
{
    /// <summary>What the SDKs call the service.</summary>
    public const string ServiceId = "SNS";

    /// <summary>How AWS calls it in its hosts.</summary>
    public const string Host = "sns";

    // The application's AWSOptions may name settings as text.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(AwsServiceConfig))]
    public static ClientConfig CreateDefaultClientConfig() => new AwsServiceConfig(ServiceId, Host, "2010-03-31");

    public static IAmazonService CreateDefaultServiceClient(AWSCredentials? awsCredentials, ClientConfig clientConfig) =>
        new SnsServiceClient(awsCredentials, (AwsServiceConfig)clientConfig);

    public Task<IReadOnlyList<SnsPublishOutcome>> PublishBatchAsync(string topicArn, IReadOnlyList<SnsPublishEntry> entries, CancellationToken cancellationToken = default) =>
        CallAsync(new PublishBatchRequest(topicArn, entries), cancellationToken);

    public Task<string> CreateTopicAsync(
        string name, IReadOnlyDictionary<string, string>? attributes = null, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) =>
        CallAsync(new CreateTopicRequest(name, attributes, tags), cancellationToken);

    public Task DeleteTopicAsync(string topicArn, CancellationToken cancellationToken = default) =>
        CallAsync(new DeleteTopicRequest(topicArn), cancellationToken);

    public Task<SnsPage<string>> ListTopicsAsync(string? nextToken = null, CancellationToken cancellationToken = default) =>
        CallAsync(new ListTopicsRequest(nextToken), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> GetTopicAttributesAsync(string topicArn, CancellationToken cancellationToken = default) =>
        CallAsync(new GetTopicAttributesRequest(topicArn), cancellationToken);

    public Task SetTopicAttributeAsync(string topicArn, string name, string value, CancellationToken cancellationToken = default) =>
        CallAsync(new SetTopicAttributesRequest(topicArn, name, value), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> ListTagsForResourceAsync(string resourceArn, CancellationToken cancellationToken = default) =>
        CallAsync(new ListTagsForResourceRequest(resourceArn), cancellationToken);

    public Task<string> SubscribeAsync(
        string topicArn, string protocol, string endpoint, IReadOnlyDictionary<string, string>? attributes = null, CancellationToken cancellationToken = default) =>
        CallAsync(new SubscribeRequest(topicArn, protocol, endpoint, attributes), cancellationToken);

    public Task UnsubscribeAsync(string subscriptionArn, CancellationToken cancellationToken = default) =>
        CallAsync(new UnsubscribeRequest(subscriptionArn), cancellationToken);

    public Task<SnsPage<SnsSubscription>> ListSubscriptionsByTopicAsync(string topicArn, string? nextToken = null, CancellationToken cancellationToken = default) =>
        CallAsync(new ListSubscriptionsByTopicRequest(topicArn, nextToken), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> GetSubscriptionAttributesAsync(string subscriptionArn, CancellationToken cancellationToken = default) =>
        CallAsync(new GetSubscriptionAttributesRequest(subscriptionArn), cancellationToken);

    public Task SetSubscriptionAttributeAsync(string subscriptionArn, string name, string value, CancellationToken cancellationToken = default) =>
        CallAsync(new SetSubscriptionAttributesRequest(subscriptionArn, name, value), cancellationToken);
}
