using System.Buffers;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Transports;

public sealed class EventFormTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 9, 30, 15, 250, TimeSpan.FromHours(1));

    [Fact]
    public void Message_is_an_event_whose_detail_is_the_body() => Assert.Equal(
        """{"version":"0","id":"1","detail-type":"order.placed","source":"/shop","time":"2026-11-22T08:30:15Z","resources":[],"detail":{"total":5}}""",
        Write(new Envelope("1", "order.placed", """{"total":5}"""u8.ToArray()) { Source = "/shop", Time = Time }));

    [Theory]
    [InlineData("AQI=", "text/plain", """{"data_base64":"AQI="}""")]
    [InlineData("", "text/plain", "{}")]
    [InlineData("WzFd", "application/json", """{"data":[1]}""")]
    public void Detail_is_an_object_whatever_the_body_is(string body, string contentType, string detail) => Assert.Equal(
        $$"""{"version":"0","id":"1","detail-type":"unknown","source":"unknown","resources":[],"detail":{{detail}}}""",
        Write(new Envelope("1", "", Convert.FromBase64String(body)) { ContentType = contentType }));

    [Fact]
    public void Patterns_see_each_message_by_itself()
    {
        var patterns = new EventPatternSet<string>(
        [
            new(EventPattern.Parse("""{"detail":{"total":[{"numeric":[">",10]}]}}"""), "large"),
            new(EventPattern.Parse("""{"detail-type":["order.placed"],"source":["/shop"]}"""), "placed"),
        ]);
        Assert.Equal(["large", "placed"], Find(11, "/shop"));
        Assert.Equal(["placed"], Find(10, "/shop"));
        Assert.Empty(Find(10, "/other"));

        List<string> Find(int total, string source)
        {
            var found = new List<string>();
            var envelope = new Envelope("1", "order.placed", Encoding.UTF8.GetBytes($$"""{"total":{{total}}}""")) { Source = source };
            Assert.Equal(patterns.Match(envelope, found), found.Count);
            return found;
        }
    }

    private static string Write(Envelope envelope)
    {
        var writer = new ArrayBufferWriter<byte>();
        EventForm.Write(envelope, writer);
        return Encoding.UTF8.GetString(writer.WrittenSpan);
    }
}
