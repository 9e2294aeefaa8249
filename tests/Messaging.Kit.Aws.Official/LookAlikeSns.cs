#nullable disable
using Amazon.SimpleNotificationService.Model;

namespace Amazon.SimpleNotificationService
{
    internal interface IAmazonSimpleNotificationService
    {
        Task<PublishBatchResponse> PublishBatchAsync(PublishBatchRequest request, CancellationToken cancellationToken = default);

        Task<CreateTopicResponse> CreateTopicAsync(CreateTopicRequest request, CancellationToken cancellationToken = default);

        Task<DeleteTopicResponse> DeleteTopicAsync(DeleteTopicRequest request, CancellationToken cancellationToken = default);

        Task<ListTopicsResponse> ListTopicsAsync(ListTopicsRequest request, CancellationToken cancellationToken = default);

        Task<GetTopicAttributesResponse> GetTopicAttributesAsync(GetTopicAttributesRequest request, CancellationToken cancellationToken = default);

        Task<SetTopicAttributesResponse> SetTopicAttributesAsync(SetTopicAttributesRequest request, CancellationToken cancellationToken = default);

        Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, CancellationToken cancellationToken = default);

        Task<SubscribeResponse> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default);

        Task<UnsubscribeResponse> UnsubscribeAsync(UnsubscribeRequest request, CancellationToken cancellationToken = default);

        Task<ListSubscriptionsByTopicResponse> ListSubscriptionsByTopicAsync(ListSubscriptionsByTopicRequest request, CancellationToken cancellationToken = default);

        Task<GetSubscriptionAttributesResponse> GetSubscriptionAttributesAsync(GetSubscriptionAttributesRequest request, CancellationToken cancellationToken = default);

        Task<SetSubscriptionAttributesResponse> SetSubscriptionAttributesAsync(SetSubscriptionAttributesRequest request, CancellationToken cancellationToken = default);
    }
}

namespace Amazon.SimpleNotificationService.Model
{
    internal class MessageAttributeValue { public string DataType { get; set; } public string StringValue { get; set; } public MemoryStream BinaryValue { get; set; } }

    internal class PublishBatchRequestEntry
    {
        public string Id { get; set; }

        public string Message { get; set; }

        public string Subject { get; set; }

        public string MessageGroupId { get; set; }

        public string MessageDeduplicationId { get; set; }

        public Dictionary<string, MessageAttributeValue> MessageAttributes { get; set; }
    }

    internal class PublishBatchRequest { public string TopicArn { get; set; } public List<PublishBatchRequestEntry> PublishBatchRequestEntries { get; set; } }

    internal class PublishBatchResultEntry { public string Id { get; set; } public string MessageId { get; set; } public string SequenceNumber { get; set; } }

    internal class BatchResultErrorEntry { public string Id { get; set; } public string Code { get; set; } public string Message { get; set; } public bool? SenderFault { get; set; } }

    internal class PublishBatchResponse { public List<PublishBatchResultEntry> Successful { get; set; } public List<BatchResultErrorEntry> Failed { get; set; } }

    internal class Tag { public string Key { get; set; } public string Value { get; set; } }

    internal class CreateTopicRequest { public string Name { get; set; } public Dictionary<string, string> Attributes { get; set; } public List<Tag> Tags { get; set; } }

    internal class CreateTopicResponse { public string TopicArn { get; set; } }

    internal class DeleteTopicRequest { public string TopicArn { get; set; } }

    internal class DeleteTopicResponse;

    internal class ListTopicsRequest { public string NextToken { get; set; } }

    internal class Topic { public string TopicArn { get; set; } }

    internal class ListTopicsResponse { public List<Topic> Topics { get; set; } public string NextToken { get; set; } }

    internal class GetTopicAttributesRequest { public string TopicArn { get; set; } }

    internal class GetTopicAttributesResponse { public Dictionary<string, string> Attributes { get; set; } }

    internal class SetTopicAttributesRequest { public string TopicArn { get; set; } public string AttributeName { get; set; } public string AttributeValue { get; set; } }

    internal class SetTopicAttributesResponse;

    internal class ListTagsForResourceRequest { public string ResourceArn { get; set; } }

    internal class ListTagsForResourceResponse { public List<Tag> Tags { get; set; } }

    internal class SubscribeRequest
    {
        public string TopicArn { get; set; }

        public string Protocol { get; set; }

        public string Endpoint { get; set; }

        public Dictionary<string, string> Attributes { get; set; }

        public bool? ReturnSubscriptionArn { get; set; }
    }

    internal class SubscribeResponse { public string SubscriptionArn { get; set; } }

    internal class UnsubscribeRequest { public string SubscriptionArn { get; set; } }

    internal class UnsubscribeResponse;

    internal class ListSubscriptionsByTopicRequest { public string TopicArn { get; set; } public string NextToken { get; set; } }

    internal class Subscription { public string SubscriptionArn { get; set; } public string Protocol { get; set; } public string Endpoint { get; set; } }

    internal class ListSubscriptionsByTopicResponse { public List<Subscription> Subscriptions { get; set; } public string NextToken { get; set; } }

    internal class GetSubscriptionAttributesRequest { public string SubscriptionArn { get; set; } }

    internal class GetSubscriptionAttributesResponse { public Dictionary<string, string> Attributes { get; set; } }

    internal class SetSubscriptionAttributesRequest { public string SubscriptionArn { get; set; } public string AttributeName { get; set; } public string AttributeValue { get; set; } }

    internal class SetSubscriptionAttributesResponse;
}
