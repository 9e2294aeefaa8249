using System.Text;
using System.Text.Json;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sqs.Tests;

public sealed class ForeignMessageTests
{
    private const string CloudEvent = """{"specversion":"1.0","id":"ce-1","source":"/orders","type":"order.placed","time":"2026-01-02T03:04:05Z","partitionkey":"k7","tenant":"a","data":{"total":3}}""";
    private const string EventBridgeEvent = """{"version":"0","id":"eb-1","detail-type":"order.placed","source":"shop.orders","account":"123456789012","time":"2026-01-02T03:04:05Z","region":"eu-west-1","resources":["arn:aws:x"],"detail":{"total":3}}""";
    private const string S3Notification = """{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-01-02T03:04:05.000Z","eventName":"ObjectCreated:Put","s3":{"object":{"key":"a.txt"}}}]}""";

    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Cloud_event_is_read_whole()
    {
        var envelope = Read(CloudEvent);

        Assert.Equal(("ce-1", "order.placed", "/orders", "k7"), (envelope.Id, envelope.Type, envelope.Source, envelope.Key));
        Assert.Equal(Time, envelope.Time);
        Assert.Equal("a", envelope.Headers["tenant"]);
        Assert.Equal("""{"total":3}""", Body(envelope));
    }

    [Fact]
    public void Notification_of_SNS_is_unwrapped_to_the_cloud_event_in_it()
    {
        var envelope = Read(Sns(CloudEvent, """{"colour":{"Type":"String","Value":"red"}}"""));

        Assert.Equal(("ce-1", "order.placed", "/orders", "k7"), (envelope.Id, envelope.Type, envelope.Source, envelope.Key));
        Assert.Equal("a", envelope.Headers["tenant"]);
        Assert.Equal("red", envelope.Headers["colour"]);
        Assert.Equal("Hello", envelope.Headers["subject"]);
        Assert.Equal("""{"total":3}""", Body(envelope));
    }

    [Fact]
    public void Notification_of_SNS_with_a_plain_message_lends_it_its_id_time_and_attributes()
    {
        var envelope = Read(Sns("hello wörld", """{"MessageType":{"Type":"String","Value":"x"},"raw":{"Type":"Binary","Value":"AAE="},"list":{"Type":"String.Array","Value":"[1,2]"}}"""));

        Assert.Equal(("sns-1", "", "arn:aws:sns:eu-west-1:123456789012:orders"), (envelope.Id, envelope.Type, envelope.Source));
        Assert.Equal(Time, envelope.Time);
        Assert.Equal("text/plain", envelope.ContentType);
        Assert.Equal("hello wörld", Body(envelope));
        Assert.Equal("x", envelope.Headers["messagetype"]);
        Assert.Equal("AAE=", envelope.Headers["raw"]);
        Assert.Equal("[1,2]", envelope.Headers["list"]);
    }

    [Fact]
    public void Notification_of_a_FIFO_topic_needs_no_signature_subject_or_attributes()
    {
        var envelope = Read("""{"Type":"Notification","MessageId":"sns-1","SequenceNumber":"10000000000000003000","TopicArn":"arn:aws:sns:eu-west-1:1:t.fifo","Message":"{\"a\":1}","Timestamp":"2026-01-02T03:04:05.000Z"}""");

        Assert.Equal("sns-1", envelope.Id);
        Assert.Equal("application/json", envelope.ContentType);
        Assert.Equal("""{"a":1}""", Body(envelope));
        Assert.False(envelope.HasHeaders);
    }

    [Fact]
    public void Events_of_other_services_are_found_inside_a_notification_of_SNS()
    {
        Assert.Equal(("eb-1", "order.placed"), (Read(Sns(EventBridgeEvent)).Id, Read(Sns(EventBridgeEvent)).Type));
        Assert.Equal(("sns-1", "s3:ObjectCreated:Put"), (Read(Sns(S3Notification)).Id, Read(Sns(S3Notification)).Type));
    }

    [Fact]
    public void Notification_inside_a_notification_is_content()
    {
        var inner = Sns("hello");

        var envelope = Read(Sns(inner));

        Assert.Equal(inner, Body(envelope));
        Assert.Equal("", envelope.Type);
    }

    [Fact]
    public void Event_of_EventBridge_is_read_by_its_fields()
    {
        var envelope = Read(EventBridgeEvent);

        Assert.Equal(("eb-1", "order.placed", "shop.orders", "application/json"), (envelope.Id, envelope.Type, envelope.Source, envelope.ContentType));
        Assert.Equal(Time, envelope.Time);
        Assert.Equal("""{"total":3}""", Body(envelope));
        Assert.Equal("0", envelope.Headers["version"]);
        Assert.Equal("123456789012", envelope.Headers["account"]);
        Assert.Equal("eu-west-1", envelope.Headers["region"]);
        Assert.Equal("""["arn:aws:x"]""", envelope.Headers["resources"]);
    }

    [Fact]
    public void Event_of_EventBridge_that_carries_a_cloud_event_is_unwrapped()
    {
        var envelope = Read(EventBridgeEvent.Replace("""{"total":3}""", CloudEvent, StringComparison.Ordinal).Replace("""["arn:aws:x"]""", "[]", StringComparison.Ordinal));

        Assert.Equal(("ce-1", "/orders", "k7"), (envelope.Id, envelope.Source, envelope.Key));
        Assert.Equal("a", envelope.Headers["tenant"]);
        Assert.Equal("eu-west-1", envelope.Headers["region"]);
        Assert.Null(envelope.Headers["resources"]);
    }

    [Fact]
    public void Replayed_event_of_EventBridge_says_so()
    {
        var envelope = Read(EventBridgeEvent.Replace("\"version\"", "\"replay-name\":\"again\",\"version\"", StringComparison.Ordinal));

        Assert.Equal("again", envelope.Headers["replayname"]);
    }

    [Fact]
    public void Event_that_the_kit_has_put_is_read_as_it_was_with_what_others_know_of_it()
    {
        var own = """["arn:aws:x","cloudevents:id=m1&partitionkey=k7&tenant=north"]""";

        var envelope = Read(EventBridgeEvent.Replace("""["arn:aws:x"]""", own, StringComparison.Ordinal).Replace("\"version\"", "\"replay-name\":\"again\",\"version\"", StringComparison.Ordinal));

        Assert.Equal(("m1", "order.placed", "shop.orders", "k7", Time), (envelope.Id, envelope.Type, envelope.Source, envelope.Key, envelope.Time));
        Assert.Equal("""{"total":3}""", Body(envelope));
        Assert.Equal([new("tenant", "north"), new("resources", """["arn:aws:x"]"""), new("replayname", "again")], envelope.Headers.ToList());
    }

    [Fact]
    public void Event_with_a_resource_that_only_looks_like_the_kits_is_somebody_elses()
    {
        var envelope = Read(EventBridgeEvent.Replace("""["arn:aws:x"]""", """["cloudevents:nonsense"]""", StringComparison.Ordinal));

        Assert.Equal(("eb-1", """["cloudevents:nonsense"]"""), (envelope.Id, envelope.Headers["resources"]));
    }

    [Fact]
    public void Attributes_that_repeat_what_is_in_the_body_are_no_headers()
    {
        var envelope = ForeignMessage.Read(Encoding.UTF8.GetBytes(CloudEvent), "sqs-1");
        var before = envelope.Headers.ToList();
        foreach (var (name, value) in new[] { ("type", envelope.Type), ("source", envelope.Source), ("tenant", "a"), ("tenant", "b"), ("new", "c") })
        {
            ForeignMessage.AddAttribute(envelope, name, value);
        }

        Assert.Equal([.. before, new("tenant2", "b"), new("new", "c")], envelope.Headers.ToList());
    }

    [Fact]
    public void Notification_of_S3_keeps_its_whole_document_and_is_typed_by_what_happened()
    {
        var envelope = Read(S3Notification);

        Assert.Equal(("sqs-1", "s3:ObjectCreated:Put", "aws:s3"), (envelope.Id, envelope.Type, envelope.Source));
        Assert.Equal(Time, envelope.Time);
        Assert.Equal(S3Notification, Body(envelope));
    }

    [Fact]
    public void Test_message_of_S3_can_be_told_from_a_poison_message()
    {
        var envelope = Read("""{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-02T03:04:05.000Z","Bucket":"b","RequestId":"r","HostId":"h"}""");

        Assert.Equal("s3:TestEvent", envelope.Type);
        Assert.Equal(Time, envelope.Time);
    }

    [Theory]
    [InlineData("hello", "text/plain")]
    [InlineData("", "text/plain")]
    [InlineData("{", "text/plain")]
    [InlineData("{} x", "text/plain")]
    [InlineData("""{"a":1}""", "application/json")]
    [InlineData("  [1, 2]", "application/json")]
    [InlineData("42", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("\"text\"", "application/json")]
    [InlineData("""{"Records":[]}""", "application/json")]
    [InlineData("""{"Records":[1]}""", "application/json")]
    [InlineData("""{"Records":[{"eventSource":"aws:s3"}]}""", "application/json")]
    [InlineData("""{"Records":[{"eventSource":"aws:ses","eventName":"x"}]}""", "application/json")]
    [InlineData("""{"Type":"Notification","TopicArn":"t","Message":7,"MessageId":"m"}""", "application/json")]
    [InlineData("""{"Type":"Notification","TopicArn":"t","Message":"x","MessageId":""}""", "application/json")]
    [InlineData("""{"Type":"SubscriptionConfirmation","TopicArn":"t","Message":"x","MessageId":"m"}""", "application/json")]
    [InlineData("""{"detail-type":"t","source":"s","id":"","detail":{}}""", "application/json")]
    [InlineData("""{"detail-type":"t","source":"s","id":7,"detail":{}}""", "application/json")]
    [InlineData("""{"detail-type":"t","source":"s","id":"i"}""", "application/json")]
    [InlineData("""{"specversion":"1.0","type":"no.id"}""", "application/json")]
    [InlineData("""{"specversion":"9.0","id":"x","type":"t"}""", "application/json")]
    [InlineData("""{"Type":"\ud800","TopicArn":"t"}""", "application/json")]
    public void Anything_else_is_a_plain_body(string body, string contentType)
    {
        var envelope = Read(body);

        Assert.Equal(("sqs-1", "", contentType), (envelope.Id, envelope.Type, envelope.ContentType));
        Assert.Equal(body, Body(envelope));
        Assert.Null(envelope.Key);
        Assert.False(envelope.HasHeaders);
    }

    [Fact]
    public void Times_and_attributes_that_make_no_sense_are_left_out()
    {
        var envelope = Read("""{"Type":"Notification","MessageId":"sns-1","TopicArn":"t","Message":"x","Timestamp":"yesterday","Subject":null,"MessageAttributes":{"a":7,"b":{"Type":"String"},"c":{"Value":[]}}}""");

        Assert.Equal(default, envelope.Time);
        Assert.False(envelope.HasHeaders);
    }

    [Fact]
    public void No_body_makes_it_throw()
    {
        // Valid documents, broken in every way that bytes can be: the seed makes a failure repeatable.
        var random = new Random(20261122);
        string[] seeds = [CloudEvent, EventBridgeEvent, S3Notification, Sns(CloudEvent, """{"a":{"Type":"String","Value":"b"}}"""), Sns(Sns(EventBridgeEvent)), """{"specversion":"1.0","id":"x","data_base64":"AAEC"}"""];
        string[] pieces = ["{", "}", "[", "]", "\"", ",", ":", "null", "true", "1e999", "\\ud800", "\\u0000", "\uFFFF", "\uD83D\uDE00", "\"Type\":\"Notification\"", "\"id\":\"\"", "\"time\":3", "\"detail\":", "\"Records\":[{}]"];
        for (var i = 0; i < 50_000; i++)
        {
            var text = new StringBuilder(seeds[random.Next(seeds.Length)]);
            for (var edits = random.Next(1, 5); edits > 0 && text.Length > 0; edits--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at)); break;
                    case 1: text.Insert(at, pieces[random.Next(pieces.Length)]); break;
                    default: text[at] = (char)random.Next(1, 0x200); break;
                }
            }

            AssertReads(Encoding.UTF8.GetBytes(text.ToString()));
        }

        var bytes = new byte[200];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            AssertReads(bytes.AsMemory(0, random.Next(bytes.Length)));
        }
    }

    [Fact]
    public void Deep_and_long_documents_are_read_in_reasonable_time()
    {
        AssertReads(Encoding.UTF8.GetBytes(new string('[', 100_000)));
        AssertReads(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))));
        AssertReads(Encoding.UTF8.GetBytes(Sns(new string('{', 100_000))));
        AssertReads(Encoding.UTF8.GetBytes("""{"specversion":"1.0","id":"x" """ + string.Concat(Enumerable.Repeat(",\"a\":1", 100_000)) + "}"));
        AssertReads(Encoding.UTF8.GetBytes(Sns("x", "{\"b\":{}" + string.Concat(Enumerable.Repeat(",\"a\":{\"Value\":\"1\"}", 50_000)) + "}")));
    }

    private static void AssertReads(ReadOnlyMemory<byte> body)
    {
        var envelope = ForeignMessage.Read(body, "sqs-1");
        Assert.False(string.IsNullOrEmpty(envelope.Id), Encoding.UTF8.GetString(body.Span));
    }

    private static Envelope Read(string body) => ForeignMessage.Read(Encoding.UTF8.GetBytes(body), "sqs-1");

    private static string Body(Envelope envelope) => Encoding.UTF8.GetString(envelope.Body.Span);

    private static string Sns(string message, string attributes = "{}") =>
        $$"""{"Type":"Notification","MessageId":"sns-1","TopicArn":"arn:aws:sns:eu-west-1:123456789012:orders","Subject":"Hello","Message":{{JsonSerializer.Serialize(message)}},"Timestamp":"2026-01-02T03:04:05.000Z","SignatureVersion":"1","Signature":"x","SigningCertURL":"https://x","UnsubscribeURL":"https://x","MessageAttributes":{{attributes}}}""";
}
