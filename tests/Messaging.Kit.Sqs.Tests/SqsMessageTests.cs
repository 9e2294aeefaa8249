using System.Text;
using Amazon.SQS.Model;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsMessageTests
{
    private const string CloudEvent = """{"specversion":"1.0","id":"ce-1","type":"order.placed","data":1}""";

    [Fact]
    public void Receipt_count_times_and_group_come_from_SQS()
    {
        var message = new Message
        {
            MessageId = "m1",
            ReceiptHandle = "handle",
            Body = CloudEvent,
            Attributes = new()
            {
                ["ApproximateReceiveCount"] = "3",
                ["ApproximateFirstReceiveTimestamp"] = "1700000001000",
                ["SentTimestamp"] = "1700000000000",
                ["MessageGroupId"] = "customer-7",
            },
        };

        var envelope = Read(message);

        Assert.Equal("handle", envelope.ReceiptHandle);
        Assert.Equal(3, envelope.DeliveryCount);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1700000001000), envelope.FirstDelivered);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1700000000000), envelope.Time);
        Assert.Equal("customer-7", envelope.Key);
        Assert.False(envelope.IsSettled);
    }

    [Fact]
    public void What_the_cloud_event_says_itself_goes_before_what_SQS_says()
    {
        var envelope = Read(new()
        {
            MessageId = "m1",
            ReceiptHandle = "handle",
            Body = """{"specversion":"1.0","id":"ce-1","type":"t","time":"2026-01-02T03:04:05Z","partitionkey":"Zürich"}""",
            Attributes = new() { ["SentTimestamp"] = "1700000000000", ["MessageGroupId"] = "hash" },
        });

        Assert.Equal("Zürich", envelope.Key);
        Assert.Equal(2026, envelope.Time.Year);
    }

    [Fact]
    public void Message_without_any_attributes_is_read()
    {
        var envelope = Read(new() { MessageId = "m1", ReceiptHandle = "handle", Body = "x", Attributes = null, MessageAttributes = null });

        Assert.Equal(1, envelope.DeliveryCount);
        Assert.Null(envelope.FirstDelivered);
        Assert.Null(envelope.Key);
        Assert.Equal(default, envelope.Time);
        Assert.False(envelope.HasHeaders);
    }

    [Fact]
    public void Message_without_a_body_is_an_empty_one() =>
        Assert.True(Read(new() { MessageId = "m1", ReceiptHandle = "handle" }).Body.IsEmpty);

    [Fact]
    public void Attributes_that_make_no_sense_are_left_out()
    {
        var envelope = Read(new()
        {
            MessageId = "m1",
            ReceiptHandle = "handle",
            Body = "x",
            Attributes = new() { ["ApproximateReceiveCount"] = "many", ["SentTimestamp"] = "99999999999999999", ["ApproximateFirstReceiveTimestamp"] = "-1" },
        });

        Assert.Equal(1, envelope.DeliveryCount);
        Assert.Equal(default, envelope.Time);
        Assert.Null(envelope.FirstDelivered);
    }

    [Fact]
    public void Message_attributes_of_others_become_headers_and_none_is_lost()
    {
        var envelope = Read(new()
        {
            MessageId = "m1",
            ReceiptHandle = "handle",
            Body = CloudEvent,
            MessageAttributes = new()
            {
                ["Content-Type"] = new() { DataType = "String", StringValue = "text/x" },
                ["MessageType"] = new() { DataType = "String", StringValue = "Foo" },
                ["type"] = new() { DataType = "String", StringValue = "bar" },
                ["Retries"] = new() { DataType = "Number.int", StringValue = "7" },
                ["blob"] = new() { DataType = "Binary", BinaryValue = new MemoryStream([0, 1, 255]) },
                ["nothing"] = new() { DataType = "String" },
            },
        });

        Assert.Equal("order.placed", envelope.Type);
        Assert.Equal("text/x", envelope.Headers["contenttype"]);
        Assert.Equal("Foo", envelope.Headers["messagetype"]);
        Assert.Equal("bar", envelope.Headers["xtype"]);
        Assert.Equal("7", envelope.Headers["retries"]);
        Assert.Equal("AAH/", envelope.Headers["blob"]);
        Assert.Equal("", envelope.Headers["nothing"]);
    }

    [Fact]
    public void Trace_of_X_Ray_is_joined_where_the_message_has_none()
    {
        const string Trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

        Assert.Equal("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01", With(CloudEvent).Headers["traceparent"]);
        Assert.Equal("mine", With("""{"specversion":"1.0","id":"x","traceparent":"mine"}""").Headers["traceparent"]);

        static SqsReceivedEnvelope With(string body) =>
            Read(new() { MessageId = "m1", ReceiptHandle = "h", Body = body, Attributes = new() { ["AWSTraceHeader"] = Trace } });
    }

    [Fact]
    public void Half_a_surrogate_pair_in_a_body_is_no_reason_to_throw() =>
        Assert.Equal("�", Encoding.UTF8.GetString(Read(new() { MessageId = "m1", ReceiptHandle = "h", Body = "\ud800" }).Body.Span));

    private static SqsReceivedEnvelope Read(Message message) => SqsMessage.Read(message, asked: 0);
}
