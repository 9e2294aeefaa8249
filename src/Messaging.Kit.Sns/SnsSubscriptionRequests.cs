namespace Messaging.Kit.Sns;

internal sealed class SubscribeRequest(string topicArn, string protocol, string endpoint, IReadOnlyDictionary<string, string>? attributes)
    : SnsRequest<string>("Subscribe")
{
    protected override void Write(FormBody form) => form
        .Parameter("TopicArn"u8, topicArn)
        .Parameter("Protocol"u8, protocol)
        .Parameter("Endpoint"u8, endpoint)
        .Pairs("Attributes.entry."u8, ".key"u8, ".value"u8, attributes)
        .Parameter("ReturnSubscriptionArn"u8, "true");

    protected override string Read(ref XmlAnswer xml) => ReadValue(ref xml, "SubscriptionArn"u8);
}

internal sealed class UnsubscribeRequest(string subscriptionArn) : SnsCommand("Unsubscribe")
{
    protected override void Write(FormBody form) => form.Parameter("SubscriptionArn"u8, subscriptionArn);
}

internal sealed class ListSubscriptionsByTopicRequest(string topicArn, string? nextToken) : SnsRequest<SnsPage<SnsSubscription>>("ListSubscriptionsByTopic")
{
    protected override void Write(FormBody form) => form.Parameter("TopicArn"u8, topicArn).Parameter("NextToken"u8, nextToken);

    protected override SnsPage<SnsSubscription> Read(ref XmlAnswer xml)
    {
        var (subscriptions, next) = (new List<SnsSubscription>(), (string?)null);
        var (arn, protocol, endpoint) = ("", "", "");
        while (xml.Read())
        {
            if (!xml.IsStart)
            {
                if (xml.Name.SequenceEqual("member"u8))
                {
                    subscriptions.Add(new(arn, protocol, endpoint));
                    (arn, protocol, endpoint) = ("", "", "");
                }
            }
            else if (xml.Name.SequenceEqual("SubscriptionArn"u8))
            {
                arn = xml.ReadText();
            }
            else if (xml.Name.SequenceEqual("Protocol"u8))
            {
                protocol = xml.ReadText();
            }
            else if (xml.Name.SequenceEqual("Endpoint"u8))
            {
                endpoint = xml.ReadText();
            }
            else if (xml.Name.SequenceEqual("NextToken"u8))
            {
                next = xml.ReadText();
            }
        }

        return new(subscriptions, next is "" ? null : next);
    }
}

internal sealed class GetSubscriptionAttributesRequest(string subscriptionArn)
    : SnsRequest<IReadOnlyDictionary<string, string>>("GetSubscriptionAttributes")
{
    protected override void Write(FormBody form) => form.Parameter("SubscriptionArn"u8, subscriptionArn);

    protected override IReadOnlyDictionary<string, string> Read(ref XmlAnswer xml) => ReadPairs(ref xml, "key"u8, "value"u8);
}

internal sealed class SetSubscriptionAttributesRequest(string subscriptionArn, string name, string value) : SnsCommand("SetSubscriptionAttributes")
{
    protected override void Write(FormBody form) => form
        .Parameter("SubscriptionArn"u8, subscriptionArn)
        .Parameter("AttributeName"u8, name)
        .Parameter("AttributeValue"u8, value);
}
