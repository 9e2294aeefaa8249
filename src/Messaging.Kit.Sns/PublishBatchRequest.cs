using System.Text;

namespace Messaging.Kit.Sns;

/// <summary>The call that all messages go by.</summary>
internal sealed class PublishBatchRequest(string topicArn, IReadOnlyList<SnsPublishEntry> entries)
    : SnsRequest<IReadOnlyList<SnsPublishOutcome>>("PublishBatch")
{
    private const int EntryOverhead = 320;

    // JSON, which bodies are, grows by half when it is encoded.
    public override int BodyEstimate
    {
        get
        {
            var bytes = 256;
            for (var i = 0; i < entries.Count; i++)
            {
                bytes += EntryOverhead + (entries[i].Message.Length * 3 / 2) + (EntryOverhead * (entries[i].Attributes?.Count ?? 0));
            }

            return bytes;
        }
    }

    protected override void Write(FormBody form)
    {
        form.Parameter("TopicArn"u8, topicArn);
        for (var i = 0; i < entries.Count; i++)
        {
            var (entry, number) = (entries[i], i + 1);
            Field(form, number, ".Id="u8, entry.Id);
            Name(form, number, ".Message="u8).Value(entry.Message);
            Field(form, number, ".Subject="u8, entry.Subject);
            Field(form, number, ".MessageGroupId="u8, entry.MessageGroupId);
            Field(form, number, ".MessageDeduplicationId="u8, entry.MessageDeduplicationId);
            for (var j = 0; j < (entry.Attributes?.Count ?? 0); j++)
            {
                Attribute(form, number, j + 1, entry.Attributes![j]);
            }
        }
    }

    protected override IReadOnlyList<SnsPublishOutcome> Read(ref XmlAnswer xml)
    {
        var outcomes = new List<SnsPublishOutcome>(entries.Count);
        var isFailed = false;
        while (xml.Read())
        {
            if (xml.IsStart && xml.Name.SequenceEqual("member"u8))
            {
                outcomes.Add(ReadOutcome(ref xml, isFailed));
            }
            else if (xml.Name.SequenceEqual("Failed"u8))
            {
                isFailed = xml.IsStart;
            }
        }

        return outcomes;
    }

    private static FormBody Name(FormBody form, int number, ReadOnlySpan<byte> field) =>
        form.Raw("&PublishBatchRequestEntries.member."u8).Raw(number).Raw(field);

    private static void Field(FormBody form, int number, ReadOnlySpan<byte> field, string? value)
    {
        if (value is not null)
        {
            Name(form, number, field).Value(value);
        }
    }

    private static void Attribute(FormBody form, int number, int attributeNumber, in SnsAttribute attribute)
    {
        Name(form, number, ".MessageAttributes.entry."u8).Raw(attributeNumber).Raw(".Name="u8).Value(attribute.Name);
        Name(form, number, ".MessageAttributes.entry."u8).Raw(attributeNumber).Raw(".Value.DataType="u8).Value(attribute.DataType);
        if (attribute.StringValue is { } text)
        {
            Name(form, number, ".MessageAttributes.entry."u8).Raw(attributeNumber).Raw(".Value.StringValue="u8).Value(text);
        }
        else
        {
            Name(form, number, ".MessageAttributes.entry."u8).Raw(attributeNumber).Raw(".Value.BinaryValue="u8).Base64Value(attribute.BinaryValue.Span);
        }
    }

    private SnsPublishOutcome ReadOutcome(ref XmlAnswer xml, bool isFailed)
    {
        var outcome = isFailed ? new SnsPublishOutcome("") { ErrorCode = "" } : new SnsPublishOutcome("");
        while (xml.Read() && xml.IsStart)
        {
            var name = xml.Name;
            outcome = name switch
            {
                _ when name.SequenceEqual("Id"u8) => outcome with { Id = ReadId(ref xml) },
                _ when name.SequenceEqual("MessageId"u8) => outcome with { MessageId = xml.ReadText() },
                _ when name.SequenceEqual("SequenceNumber"u8) => outcome with { SequenceNumber = xml.ReadText() },
                _ when name.SequenceEqual("Code"u8) => outcome with { ErrorCode = xml.ReadText() },
                _ when name.SequenceEqual("Message"u8) => outcome with { ErrorMessage = xml.ReadText() },
                _ when name.SequenceEqual("SenderFault"u8) => outcome with { IsSenderFault = xml.ReadText() == "true" },
                _ => Skip(ref xml, outcome),
            };
        }

        return outcome;
    }

    // The strings of the request are at hand.
    private string ReadId(ref XmlAnswer xml)
    {
        if (!xml.TryReadPlain(out var id))
        {
            return xml.ReadText();
        }

        for (var i = 0; i < entries.Count; i++)
        {
            if (Ascii.Equals(id, entries[i].Id))
            {
                return entries[i].Id;
            }
        }

        return Encoding.UTF8.GetString(id);
    }

    private static SnsPublishOutcome Skip(ref XmlAnswer xml, SnsPublishOutcome outcome)
    {
        _ = xml.ReadText();
        return outcome;
    }
}
