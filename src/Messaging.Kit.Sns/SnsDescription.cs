using Messaging.Kit.Aws;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>What a topic is to be and what the host must be allowed to do with it, written into a document; SNS is not asked.</summary>
/// <param name="document">Where to.</param>
/// <param name="topic">The topic's physical name or ARN.</param>
/// <param name="options">What is said of the topic.</param>
/// <param name="said">What the topic's own registration says of its topology.</param>
/// <param name="isHandedIn">Whether the client is the application's own, so that a name is looked up although the account is known.</param>
internal sealed class SnsDescription(TopologyDocument document, string topic, SnsTransportOptions options, TopologyMode? said, bool isHandedIn)
{
    private const string Service = SnsServiceClient.Host;

    private static readonly string[] Finding = ["sns:ListTopics"];
    private static readonly string[] Reading = ["sns:GetTopicAttributes"];
    private static readonly string[] Publishing = ["sns:GetTopicAttributes", "sns:Publish"];
    private static readonly string[] ListingSubscriptions = ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"];
    private static readonly string[] ReadingSubscriptions = ["sns:GetSubscriptionAttributes"];

    private readonly string _name = SnsTopic.NameOf(topic);
    private readonly string _arn = SnsTopic.IsArn(topic) ? topic : AwsArn.Of(Service, topic);

    /// <summary>Describes the topic.</summary>
    public void Describe()
    {
        foreach (var fault in SnsTopology.FaultsOf(_name, options))
        {
            document.Report(fault);
        }

        if (SnsTopic.IsArn(topic) || !TopologyDocument.IsOwn(said))
        {
            return;
        }

        var described = document.Add(new(LogicalId.Of("Topic", _name), "AWS::SNS::Topic", $"Topic '{_name}'", document.Report) { Arn = _arn, ArnAttribute = "TopicArn" });
        described.Set("TopicName", _name);
        foreach (var (attribute, value) in SnsTopology.Describe(_name, options))
        {
            described.SetText(attribute, value);
        }
    }

    /// <summary>Describes the subscription of a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="subscription">What is said of the subscription.</param>
    /// <param name="deadLetters">The physical name of the queue for what cannot be delivered, if any.</param>
    public void Subscribe(SqsDescription queue, SnsSubscriptionOptions subscription, string? deadLetters)
    {
        foreach (var fault in SnsSubscriptionTopology.FaultsOf(_name, queue.Name, deadLetters))
        {
            document.Report(fault);
        }

        var described = document.Add(new(
            LogicalId.Of("Subscription", topic, queue.Name), "AWS::SNS::Subscription", $"The subscription of queue '{queue.Name}' to topic '{_name}'", document.Report));
        described.Set("TopicArn", _arn);
        described.Set("Protocol", SnsSubscriptionTopology.Protocol);
        described.Set("Endpoint", queue.Arn);
        if (SnsTopic.IsArn(topic) && AwsEndpoint.RegionOfArn(topic) is { } region)
        {
            described.Set("Region", region);
        }

        foreach (var (attribute, value) in SnsSubscriptionTopology.Describe(deadLetters is null ? null : SqsDescription.ArnOf(deadLetters), subscription))
        {
            described.SetText(attribute, value);
        }

        queue.LetSend(SnsSubscriptionTopology.Sender, $"topic '{_name}'", _arn, deadLetters, described);
    }

    /// <summary>Allows what publishing takes.</summary>
    public void AllowPublishing()
    {
        AllowFinding();
        document.Allow("PublishToTopics", _arn, Publishing);
        KmsPermissions.AllowEncrypting(document, Service, options.KmsKeyId);
    }

    /// <summary>Allows what comparing the topic takes.</summary>
    public void AllowReading()
    {
        AllowFinding();
        document.Allow("CompareTopics", _arn, Reading);
    }

    /// <summary>Allows what comparing subscriptions takes.</summary>
    public void AllowReadingSubscriptions()
    {
        AllowFinding();
        document.Allow("CompareSubscriptions", _arn, ListingSubscriptions);
        document.Allow("ReadSubscriptions", IamStatement.Everything, ReadingSubscriptions);
    }

    // A name becomes an ARN by the list of topics, which knows no other resource than all.
    private void AllowFinding()
    {
        if (SnsTopic.IsArn(topic))
        {
            return;
        }

        document.Place($"topic '{topic}'", options.Region ?? (options.ServiceUrl is { } url ? AwsEndpoint.RegionOf(url, Service) : null), options.AccountId);
        if (options.AccountId is null || isHandedIn)
        {
            document.Allow("FindTopics", IamStatement.Everything, Finding);
        }
    }
}
