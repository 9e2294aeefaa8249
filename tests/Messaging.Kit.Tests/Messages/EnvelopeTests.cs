using System.Text;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Tests.Messages;

public sealed class EnvelopeTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData(" [1, 2] \n", true)]
    [InlineData("\"text\"", true)]
    [InlineData("null", true)]
    [InlineData("0", true)]
    [InlineData("", false)]
    [InlineData("{", false)]
    [InlineData("{} {}", false)]
    [InlineData("{} x", false)]
    [InlineData("// comment\n{}", false)]
    [InlineData("[1,]", false)]
    [InlineData("NaN", false)]
    [InlineData("'single'", false)]
    [InlineData("\"\u0001\"", false)]
    [InlineData("\"\ufffe\"", false)]
    [InlineData("\"\uffff\"", false)]
    [InlineData("\"\\uffff\"", true)]
    [InlineData("\ufeff{}", false)]
    public void Body_is_json_only_when_it_is_one_valid_value_that_every_service_takes(string body, bool isJson) =>
        Assert.Equal(isJson, new Envelope("1", "", Encoding.UTF8.GetBytes(body)).HasJsonBody);

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON; charset=utf-8", true)]
    [InlineData("application/cloudevents+json", true)]
    [InlineData("application/vnd.x+json ; v=1", true)]
    [InlineData("text/json", false)]
    [InlineData("text/plain", false)]
    [InlineData("", false)]
    public void Body_is_json_only_when_its_content_type_says_so(string contentType, bool isJson) =>
        Assert.Equal(isJson, new Envelope("1", "", "{}"u8.ToArray()) { ContentType = contentType }.HasJsonBody);

    [Fact]
    public void Bytes_that_are_not_utf8_are_no_json() => Assert.False(new Envelope("1", "", new byte[] { (byte)'"', 0xff, (byte)'"' }).HasJsonBody);

    [Fact]
    public void Body_may_have_a_thousand_levels()
    {
        Assert.True(new Envelope("1", "", Nested(1000)).HasJsonBody);
        Assert.False(new Envelope("1", "", Nested(1001)).HasJsonBody);

        static byte[] Nested(int levels) => Encoding.ASCII.GetBytes(new string('[', levels) + new string(']', levels));
    }

    [Fact]
    public void Another_body_or_content_type_is_looked_at_anew()
    {
        var envelope = new Envelope("1", "", "{}"u8.ToArray());
        Assert.True(envelope.HasJsonBody);
        envelope.Body = "{"u8.ToArray();
        Assert.False(envelope.HasJsonBody);
        envelope.Body = "{}"u8.ToArray();
        Assert.True(envelope.HasJsonBody);
        envelope.ContentType = "text/plain";
        Assert.False(envelope.HasJsonBody);
    }

    [Fact]
    public void Id_made_of_a_uuid_is_its_text()
    {
        var id = Guid.CreateVersion7();
        Assert.Equal(id.ToString(), new Envelope(id, "", default).Id);
    }

    [Fact]
    public void Deduplication_goes_by_the_id_unless_said_otherwise()
    {
        Assert.Equal("1", new Envelope("1", "", default).DeduplicationId);
        Assert.Equal("2", new Envelope("1", "", default) { DeduplicationId = "2" }.DeduplicationId);
    }

    [Fact]
    public void Asking_whether_there_are_headers_makes_none()
    {
        var envelope = new Envelope("1", "", default);
        Assert.False(envelope.HasHeaders);
        Assert.Empty(envelope.Headers);
        Assert.False(envelope.HasHeaders);
        envelope.Headers.Set("a", "1");
        Assert.True(envelope.HasHeaders);
    }

    [Fact]
    public void Copy_has_all_but_shares_no_headers()
    {
        var original = new Envelope("1", "type", "{}"u8.ToArray())
        {
            DeduplicationId = "dedup",
            Source = "/shop",
            Time = DateTimeOffset.UnixEpoch,
            Key = "key",
            Delay = TimeSpan.FromSeconds(1),
            ContentType = "text/plain",
        };
        original.Headers.Set("a", "1");
        var copy = new Copied(original);
        Assert.Equal(("1", "dedup", "type", "/shop", DateTimeOffset.UnixEpoch, "key", TimeSpan.FromSeconds(1), "text/plain"), (copy.Id, copy.DeduplicationId, copy.Type, copy.Source, copy.Time, copy.Key, copy.Delay, copy.ContentType));
        Assert.Equal(original.Body, copy.Body);
        copy.Headers.Set("a", "2");
        Assert.Equal("1", original.Headers["a"]);
        Assert.Equal(1, copy.DeliveryCount);
    }

    [Fact]
    public void Envelope_without_an_id_or_a_type_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => new Envelope("", "", default));
        Assert.Throws<ArgumentNullException>(() => new Envelope(null!, "", default));
        Assert.Throws<ArgumentNullException>(() => new Envelope("1", null!, default));
    }

    [Fact]
    public void Return_after_less_than_no_time_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Settlement.Nack(TimeSpan.FromTicks(-1)));
        Assert.Equal((false, TimeSpan.FromSeconds(1)), (Settlement.Nack(TimeSpan.FromSeconds(1)).IsAck, Settlement.Nack(TimeSpan.FromSeconds(1)).RedeliverAfter));
        Assert.True(Settlement.Ack.IsAck);
        Assert.False(default(Settlement).IsAck);
    }

    private sealed class Copied(Envelope other) : ReceivedEnvelope(other);
}
