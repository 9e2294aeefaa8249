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

    public Task<IReadOnlyList<SnsPublishOutcome>> PublishBatchAsync(string topicArn, IReadOnlyList<SnsPublishEntry> entries, CancellationToken cancellationToken) =>
        CallAsync(new PublishBatchRequest(topicArn, entries), cancellationToken);

    public Task<string> CreateTopicAsync(
        string name, IReadOnlyDictionary<string, string>? attributes, IReadOnlyDictionary<string, string>? tags, CancellationToken cancellationToken) =>
        CallAsync(new CreateTopicRequest(name, attributes, tags), cancellationToken);

    public Task DeleteTopicAsync(string topicArn, CancellationToken cancellationToken) =>
        CallAsync(new DeleteTopicRequest(topicArn), cancellationToken);

    public Task<SnsPage<string>> ListTopicsAsync(string? nextToken, CancellationToken cancellationToken) =>
        CallAsync(new ListTopicsRequest(nextToken), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> GetTopicAttributesAsync(string topicArn, CancellationToken cancellationToken) =>
        CallAsync(new GetTopicAttributesRequest(topicArn), cancellationToken);

    public Task SetTopicAttributeAsync(string topicArn, string name, string value, CancellationToken cancellationToken) =>
        CallAsync(new SetTopicAttributesRequest(topicArn, name, value), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> ListTagsForResourceAsync(string resourceArn, CancellationToken cancellationToken) =>
        CallAsync(new ListTagsForResourceRequest(resourceArn), cancellationToken);

    public Task<string> SubscribeAsync(
        string topicArn, string protocol, string endpoint, IReadOnlyDictionary<string, string>? attributes, CancellationToken cancellationToken) =>
        CallAsync(new SubscribeRequest(topicArn, protocol, endpoint, attributes), cancellationToken);

    public Task UnsubscribeAsync(string subscriptionArn, CancellationToken cancellationToken) =>
        CallAsync(new UnsubscribeRequest(subscriptionArn), cancellationToken);

    public Task<SnsPage<SnsSubscription>> ListSubscriptionsByTopicAsync(string topicArn, string? nextToken, CancellationToken cancellationToken) =>
        CallAsync(new ListSubscriptionsByTopicRequest(topicArn, nextToken), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> GetSubscriptionAttributesAsync(string subscriptionArn, CancellationToken cancellationToken) =>
        CallAsync(new GetSubscriptionAttributesRequest(subscriptionArn), cancellationToken);

    public Task SetSubscriptionAttributeAsync(string subscriptionArn, string name, string value, CancellationToken cancellationToken) =>
        CallAsync(new SetSubscriptionAttributesRequest(subscriptionArn, name, value), cancellationToken);
}
