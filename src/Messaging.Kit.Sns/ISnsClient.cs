using Amazon.Runtime;

namespace Messaging.Kit.Sns;

/// <summary>
/// What the kit asks of Amazon SNS. The kit has a client of its own; one over the SDK's package for SNS is some tens of lines, and is
/// written out in the package's README.
/// </summary>
/// <remarks>
/// <para>
/// Implementations are safe for concurrent use. Arguments are checked by the service; the limits that are quoted here are those of its
/// API reference of November 2026.
/// </para>
/// <para>
/// A call that the service refuses throws an <see cref="AmazonServiceException"/> with the service's code (<c>NotFound</c>,
/// <c>Throttled</c>, <c>AuthorizationError</c>, ...) and the HTTP status; an answer that cannot be read throws an
/// <see cref="AmazonUnmarshallingException"/>, and what became of that call nobody knows. Without credentials it is an
/// <see cref="AmazonClientException"/>. What the network throws, and an <see cref="OperationCanceledException"/>, pass through.
/// </para>
/// </remarks>
public interface ISnsClient
{
    /// <summary>
    /// Publishes up to 10 messages to a topic, of at most 262,144 bytes in all unless the topic has a higher <c>MaximumMessageSize</c>:
    /// UTF-8 bytes of the bodies, and of names, types and values of the attributes.
    /// </summary>
    /// <param name="topicArn">The topic.</param>
    /// <param name="entries">The messages; their ids must differ. They and their memory stay as they are until the call has ended.</param>
    /// <param name="cancellationToken">Ends the call; what became of the messages is then unknown.</param>
    /// <returns>An outcome for each entry that the answer names, in its order, which is not that of the entries. An entry may be missing.</returns>
    /// <exception cref="ArgumentException">A body is not UTF-8.</exception>
    Task<IReadOnlyList<SnsPublishOutcome>> PublishBatchAsync(string topicArn, IReadOnlyList<SnsPublishEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Creates a topic. One of the same name, attributes and tags that is there already is as good.</summary>
    /// <param name="name">The name: 1 to 256 letters, digits, hyphens and underscores; ends in <c>.fifo</c> for a FIFO topic, which needs the attribute <c>FifoTopic</c> too.</param>
    /// <param name="attributes">Attributes, as <c>SetTopicAttributes</c> names them.</param>
    /// <param name="tags">Tags.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The topic's ARN.</returns>
    Task<string> CreateTopicAsync(
        string name,
        IReadOnlyDictionary<string, string>? attributes = null,
        IReadOnlyDictionary<string, string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Deletes a topic and its subscriptions. One that is not there is deleted already.</summary>
    /// <param name="topicArn">The topic.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task DeleteTopicAsync(string topicArn, CancellationToken cancellationToken = default);

    /// <summary>Lists the topics of the account in the region, 100 at a time.</summary>
    /// <param name="nextToken">Where to go on, from the page before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>ARNs.</returns>
    Task<SnsPage<string>> ListTopicsAsync(string? nextToken = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the attributes of a topic.</summary>
    /// <param name="topicArn">The topic.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The attributes that it has.</returns>
    Task<IReadOnlyDictionary<string, string>> GetTopicAttributesAsync(string topicArn, CancellationToken cancellationToken = default);

    /// <summary>Sets an attribute of a topic.</summary>
    /// <param name="topicArn">The topic.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task SetTopicAttributeAsync(string topicArn, string name, string value, CancellationToken cancellationToken = default);

    /// <summary>Reads the tags of a topic.</summary>
    /// <param name="resourceArn">The topic.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The tags.</returns>
    Task<IReadOnlyDictionary<string, string>> ListTagsForResourceAsync(string resourceArn, CancellationToken cancellationToken = default);

    /// <summary>Subscribes an endpoint to a topic. The same subscription with the same attributes that is there already is as good.</summary>
    /// <param name="topicArn">The topic.</param>
    /// <param name="protocol">The kind of endpoint, <c>sqs</c> for a queue.</param>
    /// <param name="endpoint">The endpoint; for a queue its ARN.</param>
    /// <param name="attributes">Attributes, as <c>SetSubscriptionAttributes</c> names them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The subscription's ARN, also when the endpoint has yet to confirm it (<c>ReturnSubscriptionArn</c>).</returns>
    Task<string> SubscribeAsync(
        string topicArn,
        string protocol,
        string endpoint,
        IReadOnlyDictionary<string, string>? attributes = null,
        CancellationToken cancellationToken = default);

    /// <summary>Ends a subscription. One that is not there has ended already.</summary>
    /// <param name="subscriptionArn">The subscription.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task UnsubscribeAsync(string subscriptionArn, CancellationToken cancellationToken = default);

    /// <summary>Lists the subscriptions of a topic, 100 at a time.</summary>
    /// <param name="topicArn">The topic.</param>
    /// <param name="nextToken">Where to go on, from the page before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Subscriptions.</returns>
    Task<SnsPage<SnsSubscription>> ListSubscriptionsByTopicAsync(string topicArn, string? nextToken = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the attributes of a subscription.</summary>
    /// <param name="subscriptionArn">The subscription.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The attributes that it has.</returns>
    Task<IReadOnlyDictionary<string, string>> GetSubscriptionAttributesAsync(string subscriptionArn, CancellationToken cancellationToken = default);

    /// <summary>Sets an attribute of a subscription.</summary>
    /// <param name="subscriptionArn">The subscription.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="value">Its value; empty to take the attribute away.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task for the answer.</returns>
    Task SetSubscriptionAttributeAsync(string subscriptionArn, string name, string value, CancellationToken cancellationToken = default);
}
