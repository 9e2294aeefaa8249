using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs.Tests;

public sealed class CloudEventsResourceTests
{
    private static readonly DateTimeOffset Time = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1234567);

    [Fact]
    public void It_holds_what_EventBridge_has_no_field_for()
    {
        var envelope = new Envelope("m 1", "order.placed", "{}"u8.ToArray()) { Source = "/shop", Time = Time, Key = "k&7", ContentType = "application/json; v=1" };
        envelope.Headers.Set("city", "Zürich");

        Assert.Equal(
            "cloudevents:id=m%201&time=2026-02-03T04%3A05%3A06.1234567Z&partitionkey=k%267&datacontenttype=application%2Fjson%3B%20v%3D1&city=Z%C3%BCrich",
            Assert.Single(CloudEventsResource.Write(envelope, null)));
    }

    [Fact]
    public void Little_is_in_it_when_there_is_little()
    {
        Assert.Equal("cloudevents:id=m1", Assert.Single(CloudEventsResource.Write(new Envelope("m1", "t", "{}"u8.ToArray()) { Source = "s" }, null)));
        Assert.Equal("cloudevents:id=m1&type=&source=&data=data", Assert.Single(CloudEventsResource.Write(new Envelope("m1", "", "1"u8.ToArray()), EventForm.Data)));
    }

    [Theory]
    [InlineData("a", "plain")]
    [InlineData("\uD800", "\u0000 \u007F ~-._ %26 + \uFFFF 🚀 世")]
    public void Size_is_exact(string id, string text)
    {
        var envelope = new Envelope(id, "", default) { Key = text, Time = Time };
        envelope.Headers.Set("text", text);

        Assert.Equal(CloudEventsResource.Write(envelope, EventForm.DataBase64).Sum(resource => resource.Length), CloudEventsResource.Measure(envelope, EventForm.DataBase64));
    }

    [Fact]
    public void Event_comes_back_as_it_was()
    {
        var envelope = new Envelope("m1", "", "[1, 2]"u8.ToArray()) { Time = Time, Key = "" };
        envelope.Headers.Set("empty", "");
        envelope.Headers.Set("odd", "a=b&c%20\0🚀");

        var read = Read(Assert.Single(CloudEventsResource.Write(envelope, EventForm.Data)), """{"data":[1, 2]}""")!;

        Assert.Equal(("m1", "", "", "", Time, "application/json", "[1, 2]"), (read.Id, read.Type, read.Source, read.Key, read.Time, read.ContentType, Encoding.UTF8.GetString(read.Body.Span)));
        Assert.Equal(envelope.Headers.ToList(), read.Headers.ToList());
    }

    [Theory]
    [InlineData(300, 1)]
    [InlineData(340, 2)]
    [InlineData(1_024, 4)]
    [InlineData(10_000, 30)]
    public void What_a_resource_does_not_hold_goes_on_in_further_ones(int length, int resources)
    {
        var envelope = new Envelope("m1", "t", "{}"u8.ToArray()) { Source = "s" };
        envelope.Headers.Set("reason", new string('Я', length));
        envelope.Headers.Set("last", "z");

        var written = CloudEventsResource.Write(envelope, null);

        Assert.Equal(resources, written.Count);
        Assert.All(written, resource => Assert.InRange(resource.Length, 1, 2_048));
        Assert.Equal(written.Sum(resource => resource.Length), CloudEventsResource.Measure(envelope, null));
        var text = new StringBuilder();
        Assert.All(["arn:aws:x", .. written, "arn:aws:y", "cloudevents:id=other"], resource => Assert.Equal(written.Contains(resource), CloudEventsResource.TryTake(resource, text)));
        Assert.Equal(envelope.Headers.ToList(), Read(text.ToString(), "{}")!.Headers.ToList());
    }

    [Theory]
    [InlineData("data=data_base64", """{"data_base64":"AAH/"}""", "0001FF")]
    [InlineData("data=data_base64", "{}", "")]
    [InlineData("data=data", """{"data":null}""", "6E756C6C")]
    [InlineData("data=data_base64", """{"data_base64":"no base64!"}""", null)]
    [InlineData("data=data_base64", """{"data_base64":1}""", null)]
    [InlineData("data=data", "{}", null)]
    [InlineData("data=detail", """{"detail":1}""", null)]
    [InlineData("nonsense", "{}", null)]
    public void Body_is_where_it_says(string pair, string detail, string? hex)
    {
        var read = Read($"cloudevents:id=m1&{pair}", detail);

        Assert.Equal(hex, read is null ? null : Convert.ToHexString(read.Body.Span));
    }

    [Theory]
    [InlineData("arn:aws:x")]
    [InlineData("cloudevents:")]
    [InlineData("cloudevents:id=")]
    [InlineData("cloudevents:time=2026-02-03T04:05:06Z")]
    public void What_is_not_the_kits_is_not_read(string resource) => Assert.Null(Read(resource, "{}"));

    [Fact]
    public void More_pairs_than_anybody_sets_are_not_read() =>
        Assert.Null(Read("cloudevents:id=m1" + string.Concat(Enumerable.Repeat("&a=b", 1_000)), "{}"));

    private static Envelope? Read(string resource, string detail) =>
        CloudEventsResource.Read(resource, "unknown", "unknown", default, Encoding.UTF8.GetBytes(detail));
}
