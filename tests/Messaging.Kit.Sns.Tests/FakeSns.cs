using Amazon.Runtime;

namespace Messaging.Kit.Sns.Tests;

/// <summary>SNS as far as these tests need it: topics and subscriptions with their attributes, and what has been published.</summary>
internal sealed class FakeSns : ISnsClient
{
    private const string Arn = "arn:aws:sns:eu-west-1:123456789012:";

    public Dictionary<string, Dictionary<string, string>> Topics { get; } = [];

    public Dictionary<string, (SnsSubscription Subscription, Dictionary<string, string> Attributes)> Subscriptions { get; } = [];

    public List<IReadOnlyList<SnsPublishEntry>> Published { get; } = [];

    public List<string> Calls { get; } = [];

    /// <summary>Throws what it returns, instead of answering a call.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    /// <summary>What is answered to a publish; everything is accepted unless set.</summary>
    public Func<IReadOnlyList<SnsPublishEntry>, IReadOnlyList<SnsPublishOutcome>> Answer { get; set; } =
        entries => [.. entries.Select(entry => new SnsPublishOutcome(entry.Id) { MessageId = "m" })];

    public static AmazonServiceException Error(string code, System.Net.HttpStatusCode status = System.Net.HttpStatusCode.BadRequest) =>
        new(code) { ErrorCode = code, StatusCode = status };

    public string Add(string topic, params (string Name, string Value)[] attributes)
    {
        Topics[Arn + topic] = attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value);
        return Arn + topic;
    }

    public Task<IReadOnlyList<SnsPublishOutcome>> PublishBatchAsync(string topicArn, IReadOnlyList<SnsPublishEntry> entries, CancellationToken cancellationToken = default)
    {
        See("PublishBatch", topicArn);
        Published.Add(entries);
        return Task.FromResult(Answer(entries));
    }

    public Task<string> CreateTopicAsync(
        string name, IReadOnlyDictionary<string, string>? attributes = null, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        See("CreateTopic");
        Topics.TryAdd(Arn + name, new(attributes ?? new Dictionary<string, string>()));
        return Task.FromResult(Arn + name);
    }

    public Task DeleteTopicAsync(string topicArn, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<SnsPage<string>> ListTopicsAsync(string? nextToken = null, CancellationToken cancellationToken = default)
    {
        See("ListTopics");
        var at = nextToken is null ? 0 : int.Parse(nextToken, System.Globalization.CultureInfo.InvariantCulture);
        return Task.FromResult(new SnsPage<string>([.. Topics.Keys.Skip(at).Take(1)], at + 1 < Topics.Count ? $"{at + 1}" : null));
    }

    public Task<IReadOnlyDictionary<string, string>> GetTopicAttributesAsync(string topicArn, CancellationToken cancellationToken = default)
    {
        See("GetTopicAttributes", topicArn);
        return Task.FromResult<IReadOnlyDictionary<string, string>>(Topics[topicArn]);
    }

    public Task SetTopicAttributeAsync(string topicArn, string name, string value, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, string>> ListTagsForResourceAsync(string resourceArn, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<string> SubscribeAsync(
        string topicArn, string protocol, string endpoint, IReadOnlyDictionary<string, string>? attributes = null, CancellationToken cancellationToken = default)
    {
        See("Subscribe", topicArn);
        var arn = $"{topicArn}:{Subscriptions.Count}";
        Subscriptions[arn] = (new(arn, protocol, endpoint), new(attributes ?? new Dictionary<string, string>()));
        return Task.FromResult(arn);
    }

    public Task UnsubscribeAsync(string subscriptionArn, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<SnsPage<SnsSubscription>> ListSubscriptionsByTopicAsync(string topicArn, string? nextToken = null, CancellationToken cancellationToken = default)
    {
        See("ListSubscriptionsByTopic", topicArn);
        return Task.FromResult(new SnsPage<SnsSubscription>([.. Subscriptions.Values.Select(item => item.Subscription)], null));
    }

    public Task<IReadOnlyDictionary<string, string>> GetSubscriptionAttributesAsync(string subscriptionArn, CancellationToken cancellationToken = default)
    {
        See("GetSubscriptionAttributes");
        return Task.FromResult<IReadOnlyDictionary<string, string>>(Subscriptions[subscriptionArn].Attributes);
    }

    public Task SetSubscriptionAttributeAsync(string subscriptionArn, string name, string value, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    private void See(string call, string? topicArn = null)
    {
        Calls.Add(call);
        if (Fault(call) is { } fault)
        {
            throw fault;
        }

        if (topicArn is not null && !Topics.ContainsKey(topicArn))
        {
            throw Error("NotFound", System.Net.HttpStatusCode.NotFound);
        }
    }
}
