using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sns.Tests;

public sealed class SnsMessageTests
{
    [Fact]
    public void Body_is_a_cloud_event_and_filters_find_type_source_and_headers_beside_it()
    {
        var envelope = Message();
        envelope.Headers.Set("tenant", "north");
        envelope.Headers.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        envelope.Headers.Set("tracestate", "a=b");

        var entry = Write(envelope);

        var body = JsonNode.Parse(entry.Message.Span)!;
        Assert.Equal(("m1", "order.placed", "north", 3), ((string?)body["id"], (string?)body["type"], (string?)body["tenant"], (int?)body["data"]!["total"]));
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", (string?)body["traceparent"]);
        Assert.Equal(
            [new SnsAttribute("type", "String", "order.placed"), new("source", "String", "/shop"), new("tenant", "String", "north")],
            entry.Attributes);
        Assert.Equal(("0", null, null, null), (entry.Id, entry.Subject, entry.MessageGroupId, entry.MessageDeduplicationId));
    }

    [Fact]
    public void Ten_attributes_are_the_most_and_the_first_headers_are_among_them()
    {
        var envelope = Message();
        foreach (var number in Enumerable.Range(0, 20))
        {
            envelope.Headers.Set($"h{number}", $"{number}");
        }

        Assert.Equal(["type", "source", "h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"], Write(envelope).Attributes!.Select(attribute => attribute.Name));
    }

    [Fact]
    public void What_SNS_takes_for_no_attribute_is_in_the_body_alone()
    {
        var envelope = new Envelope("m1", "", "{}"u8.ToArray());
        envelope.Headers.Set("empty", "");
        envelope.Headers.Set("control", "a\0b");
        envelope.Headers.Set("edge", "\uFFFF");
        envelope.Headers.Set("lines", "a\r\n\tb");

        Assert.Equal(["lines"], Write(envelope).Attributes!.Select(attribute => attribute.Name));
    }

    [Fact]
    public void Size_is_that_of_body_and_attributes()
    {
        var envelope = Message();
        envelope.Headers.Set("city", "Zürich 🚀");
        var entry = Write(envelope);

        var size = entry.Message.Length + entry.Attributes!.Sum(attribute => attribute.Name.Length + attribute.DataType.Length + Encoding.UTF8.GetByteCount(attribute.StringValue!));

        Assert.Equal(size, SnsMessage.Measure(envelope));
    }

    [Fact]
    public void Key_is_the_group_and_the_id_tells_duplicates_on_fifo_topics()
    {
        var envelope = Message("customer-7");

        Assert.Equal(("customer-7", "m1"), (Write(envelope, isFifo: true).MessageGroupId, Write(envelope, isFifo: true).MessageDeduplicationId));
        Assert.Equal(("customer-7", null), (Write(envelope).MessageGroupId, Write(envelope).MessageDeduplicationId));
        Assert.Equal(64, Write(Message("a key with spaces")).MessageGroupId!.Length);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("All orders", null, "All orders")]
    [InlineData("All orders", "This order", "This order")]
    [InlineData("All orders", "two\nlines", "All orders")]
    [InlineData("All orders", "Ähre", "All orders")]
    [InlineData("All orders", " begins with a space", "All orders")]
    [InlineData("All orders", "", "All orders")]
    public void Subject_is_the_header_where_it_can_be_one(string? option, string? header, string? expected)
    {
        var envelope = Message();
        if (header is not null)
        {
            envelope.Headers.Set("subject", header);
        }

        Assert.Equal(expected, Write(envelope, subject: option).Subject);
    }

    [Fact]
    public void Subject_has_99_characters_at_most()
    {
        Assert.True(SnsMessage.IsSubject(new string('a', 99)));
        Assert.False(SnsMessage.IsSubject(new string('a', 100)));
    }

    [Fact]
    public void Message_without_a_key_or_with_a_delay_is_refused_where_that_cannot_be()
    {
        var (fifo, standard) = (new SnsTopic("orders.fifo", new FakeSns(), null), new SnsTopic("orders", new FakeSns(), null));

        Assert.Contains("KeyBy", SnsMessage.FaultOf(Message(), fifo)!.Message, StringComparison.Ordinal);
        Assert.Null(SnsMessage.FaultOf(Message("k"), fifo));
        Assert.Null(SnsMessage.FaultOf(Message(), standard));
        Assert.Equal(FailureKind.Permanent, SnsMessage.FaultOf(new Envelope("m", "t", default) { Delay = TimeSpan.FromSeconds(1) }, standard)!.Kind);
    }

    private static Envelope Message(string? key = null) => new("m1", "order.placed", """{"total":3}"""u8.ToArray()) { Source = "/shop", Key = key };

    private static SnsPublishEntry Write(Envelope envelope, bool isFifo = false, string? subject = null) =>
        SnsMessage.Write(envelope, 0, isFifo, subject, new ArrayBufferWriter<byte>());
}
