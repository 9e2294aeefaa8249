using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge.Tests;

public sealed class EventBridgeMessageTests
{
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"total":3}""", "application/json")]
    [InlineData(" [1, 2] ", "application/json")]
    [InlineData("5", "application/json")]
    [InlineData("\"text\"", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("plain", "text/plain")]
    [InlineData("", "text/plain")]
    public void Filters_in_memory_see_what_rules_see(string body, string contentType)
    {
        var envelope = new Envelope("m1", "", Encoding.UTF8.GetBytes(body)) { Source = "/shop", ContentType = contentType };
        var form = new ArrayBufferWriter<byte>();
        EventForm.Write(envelope, form);
        var (inMemory, entry) = (JsonNode.Parse(form.WrittenSpan)!, EventBridgeMessage.Write(envelope, "shop", []));

        Assert.Equal((entry.Source, entry.DetailType), ((string?)inMemory["source"], (string?)inMemory["detail-type"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(entry.Detail.Span), inMemory["detail"]));
    }

    [Fact]
    public void Fields_are_those_of_EventBridge_and_the_detail_is_the_body()
    {
        var body = """ {"total":3}"""u8.ToArray();
        var envelope = new Envelope("m1", "order.placed", body) { Source = "/shop", Time = Time, Key = "k7" };
        envelope.Headers.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var entry = EventBridgeMessage.Write(envelope, "shop", ["arn:aws:x"]);

        Assert.Equal(("/shop", "order.placed", "shop", Time), (entry.Source, entry.DetailType, entry.EventBusName, entry.Time));
        Assert.Equal(body, entry.Detail.ToArray());
        Assert.Equal("Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1", entry.TraceHeader);
        Assert.Equal(["arn:aws:x", "cloudevents:id=m1&time=2026-02-03T04%3A05%3A06.0000000Z&partitionkey=k7&traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], entry.Resources);
    }

    [Theory]
    [InlineData("[1,2]", "application/json", """{"data":[1,2]}""")]
    [InlineData("null", "application/json", """{"data":null}""")]
    [InlineData("""{"a":1}""", "text/plain", """{"data_base64":"eyJhIjoxfQ=="}""")]
    [InlineData("text", "application/json", """{"data_base64":"dGV4dA=="}""")]
    [InlineData("", "application/json", "{}")]
    public void Body_that_is_no_JSON_object_is_in_one(string body, string contentType, string detail)
    {
        var envelope = new Envelope("m1", "t", Encoding.UTF8.GetBytes(body)) { ContentType = contentType };

        Assert.Equal(detail, Encoding.UTF8.GetString(EventBridgeMessage.Write(envelope, "shop", []).Detail.Span));
    }

    [Fact]
    public void Source_and_type_that_are_empty_have_a_word_that_stands_for_them()
    {
        var entry = EventBridgeMessage.Write(new Envelope("m1", "", "{}"u8.ToArray()), "shop", []);

        Assert.Equal(("unknown", "unknown", null), (entry.Source, entry.DetailType, entry.Time));
        Assert.Equal("cloudevents:id=m1&type=&source=", Assert.Single(entry.Resources!));
    }

    [Theory]
    [InlineData("{}", "k")]
    [InlineData("[\"Zürich\"]", "ключ")]
    [InlineData("no JSON 🚀", "a b")]
    [InlineData("", "")]
    public void Size_is_that_of_time_source_type_detail_and_resources(string body, string key)
    {
        var envelope = new Envelope("m1", "übung", Encoding.UTF8.GetBytes(body)) { Source = "/世界", Key = key, Time = Time };
        envelope.Headers.Set("tenant", key);
        string[] resources = ["arn:aws:ü", "arn:aws:y"];
        var entry = EventBridgeMessage.Write(envelope, "shop", resources);

        string[] texts = [entry.Source, entry.DetailType, .. entry.Resources!];
        var size = 14 + texts.Sum(Encoding.UTF8.GetByteCount) + entry.Detail.Length;

        Assert.Equal(size, EventBridgeMessage.Measure(envelope, resources));
    }

    [Fact]
    public void What_EventBridge_does_not_take_is_refused_with_a_word_on_it()
    {
        Assert.Null(Fault(new Envelope("m", new string('t', 128), default) { Source = "/aws.shop" }));
        Assert.Contains("129 characters", Fault(new Envelope("m", new string('t', 129), default)), StringComparison.Ordinal);
        Assert.Contains("aws.", Fault(new Envelope("m", "t", default) { Source = "aws.shop" }), StringComparison.Ordinal);
        Assert.Contains("Delay", Fault(new Envelope("m", "t", default) { Delay = TimeSpan.FromSeconds(1) }), StringComparison.Ordinal);
    }

    private static string? Fault(Envelope envelope)
    {
        var fault = EventBridgeMessage.FaultOf(envelope, "shop");
        Assert.True(fault is null or { Kind: FailureKind.Permanent });
        return fault?.Message;
    }
}
