using System.Text;
using Amazon.SimpleNotificationService;
using Amazon.SimpleNotificationService.Model;
using Messaging.Kit.Sns;

/// <summary>SNS by AWS's own client.</summary>
internal sealed class OfficialSnsClient(IAmazonSimpleNotificationService sns) : ISnsClient
{
    public async Task<IReadOnlyList<SnsPublishOutcome>> PublishBatchAsync(string topicArn, IReadOnlyList<SnsPublishEntry> entries, CancellationToken cancellationToken)
    {
        var response = await sns.PublishBatchAsync(new() { TopicArn = topicArn, PublishBatchRequestEntries = [.. entries.Select(Entry)] }, cancellationToken);
        return
        [
            .. (response.Successful ?? []).Select(entry => new SnsPublishOutcome(entry.Id) { MessageId = entry.MessageId, SequenceNumber = entry.SequenceNumber }),
            .. (response.Failed ?? []).Select(entry => new SnsPublishOutcome(entry.Id)
            {
                ErrorCode = entry.Code ?? "",
                ErrorMessage = entry.Message,
                IsSenderFault = entry.SenderFault == true,
            }),
        ];
    }

    public async Task<string> CreateTopicAsync(
        string name, IReadOnlyDictionary<string, string>? attributes, IReadOnlyDictionary<string, string>? tags, CancellationToken cancellationToken) =>
        (await sns.CreateTopicAsync(
            new() { Name = name, Attributes = new(attributes ?? Empty), Tags = [.. (tags ?? Empty).Select(tag => new Tag { Key = tag.Key, Value = tag.Value })] },
            cancellationToken)).TopicArn;

    public Task DeleteTopicAsync(string topicArn, CancellationToken cancellationToken) =>
        sns.DeleteTopicAsync(new DeleteTopicRequest { TopicArn = topicArn }, cancellationToken);

    public async Task<SnsPage<string>> ListTopicsAsync(string? nextToken, CancellationToken cancellationToken)
    {
        var response = await sns.ListTopicsAsync(new ListTopicsRequest { NextToken = nextToken }, cancellationToken);
        return new([.. (response.Topics ?? []).Select(topic => topic.TopicArn)], response.NextToken);
    }

    public async Task<IReadOnlyDictionary<string, string>> GetTopicAttributesAsync(string topicArn, CancellationToken cancellationToken) =>
        (await sns.GetTopicAttributesAsync(new GetTopicAttributesRequest { TopicArn = topicArn }, cancellationToken)).Attributes ?? [];

    public Task SetTopicAttributeAsync(string topicArn, string name, string value, CancellationToken cancellationToken) =>
        sns.SetTopicAttributesAsync(new SetTopicAttributesRequest { TopicArn = topicArn, AttributeName = name, AttributeValue = value }, cancellationToken);

    public async Task<IReadOnlyDictionary<string, string>> ListTagsForResourceAsync(string resourceArn, CancellationToken cancellationToken) =>
        ((await sns.ListTagsForResourceAsync(new() { ResourceArn = resourceArn }, cancellationToken)).Tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value);

    public async Task<string> SubscribeAsync(
        string topicArn, string protocol, string endpoint, IReadOnlyDictionary<string, string>? attributes, CancellationToken cancellationToken) =>
        (await sns.SubscribeAsync(
            new SubscribeRequest { TopicArn = topicArn, Protocol = protocol, Endpoint = endpoint, Attributes = new(attributes ?? Empty), ReturnSubscriptionArn = true },
            cancellationToken)).SubscriptionArn;

    public Task UnsubscribeAsync(string subscriptionArn, CancellationToken cancellationToken) =>
        sns.UnsubscribeAsync(new UnsubscribeRequest { SubscriptionArn = subscriptionArn }, cancellationToken);

    public async Task<SnsPage<SnsSubscription>> ListSubscriptionsByTopicAsync(string topicArn, string? nextToken, CancellationToken cancellationToken)
    {
        var response = await sns.ListSubscriptionsByTopicAsync(new ListSubscriptionsByTopicRequest { TopicArn = topicArn, NextToken = nextToken }, cancellationToken);
        return new([.. (response.Subscriptions ?? []).Select(item => new SnsSubscription(item.SubscriptionArn, item.Protocol, item.Endpoint))], response.NextToken);
    }

    public async Task<IReadOnlyDictionary<string, string>> GetSubscriptionAttributesAsync(string subscriptionArn, CancellationToken cancellationToken) =>
        (await sns.GetSubscriptionAttributesAsync(new GetSubscriptionAttributesRequest { SubscriptionArn = subscriptionArn }, cancellationToken)).Attributes ?? [];

    public Task SetSubscriptionAttributeAsync(string subscriptionArn, string name, string value, CancellationToken cancellationToken) =>
        sns.SetSubscriptionAttributesAsync(
            new SetSubscriptionAttributesRequest { SubscriptionArn = subscriptionArn, AttributeName = name, AttributeValue = value }, cancellationToken);

    private static readonly Dictionary<string, string> Empty = [];

    private static PublishBatchRequestEntry Entry(SnsPublishEntry entry) => new()
    {
        Id = entry.Id,
        Message = Encoding.UTF8.GetString(entry.Message.Span),
        Subject = entry.Subject,
        MessageGroupId = entry.MessageGroupId,
        MessageDeduplicationId = entry.MessageDeduplicationId,
        MessageAttributes = entry.Attributes?.ToDictionary(attribute => attribute.Name, attribute => new MessageAttributeValue
        {
            DataType = attribute.DataType,
            StringValue = attribute.StringValue,
            BinaryValue = attribute.StringValue is null ? new MemoryStream(attribute.BinaryValue.ToArray()) : null,
        }),
    };
}
