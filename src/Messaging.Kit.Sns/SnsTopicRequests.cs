namespace Messaging.Kit.Sns;

internal sealed class CreateTopicRequest(string name, IReadOnlyDictionary<string, string>? attributes, IReadOnlyDictionary<string, string>? tags)
    : SnsRequest<string>("CreateTopic")
{
    protected override void Write(FormBody form) => form
        .Parameter("Name"u8, name)
        .Pairs("Attributes.entry."u8, ".key"u8, ".value"u8, attributes)
        .Pairs("Tags.member."u8, ".Key"u8, ".Value"u8, tags);

    protected override string Read(ref XmlAnswer xml) => ReadValue(ref xml, "TopicArn"u8);
}

internal sealed class DeleteTopicRequest(string topicArn) : SnsCommand("DeleteTopic")
{
    protected override void Write(FormBody form) => form.Parameter("TopicArn"u8, topicArn);
}

internal sealed class ListTopicsRequest(string? nextToken) : SnsRequest<SnsPage<string>>("ListTopics")
{
    protected override void Write(FormBody form) => form.Parameter("NextToken"u8, nextToken);

    protected override SnsPage<string> Read(ref XmlAnswer xml)
    {
        var (topics, next) = (new List<string>(), (string?)null);
        while (xml.Read())
        {
            if (xml.IsStart && xml.Name.SequenceEqual("TopicArn"u8))
            {
                topics.Add(xml.ReadText());
            }
            else if (xml.IsStart && xml.Name.SequenceEqual("NextToken"u8))
            {
                next = xml.ReadText();
            }
        }

        return new(topics, next is "" ? null : next);
    }
}

internal sealed class GetTopicAttributesRequest(string topicArn) : SnsRequest<IReadOnlyDictionary<string, string>>("GetTopicAttributes")
{
    protected override void Write(FormBody form) => form.Parameter("TopicArn"u8, topicArn);

    protected override IReadOnlyDictionary<string, string> Read(ref XmlAnswer xml) => ReadPairs(ref xml, "key"u8, "value"u8);
}

internal sealed class SetTopicAttributesRequest(string topicArn, string name, string value) : SnsCommand("SetTopicAttributes")
{
    protected override void Write(FormBody form) => form
        .Parameter("TopicArn"u8, topicArn)
        .Parameter("AttributeName"u8, name)
        .Parameter("AttributeValue"u8, value);
}

internal sealed class ListTagsForResourceRequest(string resourceArn) : SnsRequest<IReadOnlyDictionary<string, string>>("ListTagsForResource")
{
    protected override void Write(FormBody form) => form.Parameter("ResourceArn"u8, resourceArn);

    protected override IReadOnlyDictionary<string, string> Read(ref XmlAnswer xml) => ReadPairs(ref xml, "Key"u8, "Value"u8);
}
