using System.Buffers;
using System.Text;
using System.Text.Json;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Transports;

public sealed class CloudEventsJsonTests
{
    [Fact]
    public void Json_body_goes_in_as_json_and_can_be_read_by_people()
    {
        var envelope = new Envelope("id-1", "order.placed", """{"total": 12.50}"""u8.ToArray())
        {
            Source = "/shop",
            Time = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.FromHours(1)),
            Key = "ann",
        };
        envelope.Headers.Set("tenant", "blue & <green>");
        Assert.Equal(
            """{"specversion":"1.0","id":"id-1","source":"/shop","type":"order.placed","time":"2026-11-22T08:00:00.0000000Z","datacontenttype":"application/json","partitionkey":"ann","tenant":"blue & <green>","data":{"total": 12.50}}""",
            Write(envelope));
    }

    [Fact]
    public void Other_body_goes_in_as_base64_and_an_empty_one_not_at_all()
    {
        Assert.Equal(
            """{"specversion":"1.0","id":"1","datacontenttype":"application/octet-stream","data_base64":"AP+A"}""",
            Write(new Envelope("1", "", new byte[] { 0, 255, 128 }) { ContentType = "application/octet-stream" }));
        Assert.Equal("""{"specversion":"1.0","id":"1","datacontenttype":"application/json"}""", Write(new Envelope("1", "", default)));
        Assert.Equal("""{"specversion":"1.0","id":"1","datacontenttype":"application/json","data_base64":"ew=="}""", Write(new Envelope("1", "", "{"u8.ToArray())));
    }

    [Fact]
    public void Random_envelopes_are_measured_to_the_byte_and_come_through_whole()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 5000; round++)
        {
            var envelope = RandomEnvelope(random);
            var text = new ArrayBufferWriter<byte>();
            CloudEventsJson.Write(envelope, text);
            Assert.Equal(text.WrittenCount, CloudEventsJson.Measure(envelope));
            Assert.True(CloudEventsJson.TryRead(text.WrittenMemory, out var read), Encoding.UTF8.GetString(text.WrittenSpan));
            AssertSame(envelope, read);

            // Everything in it is a character that every service takes.
            Assert.DoesNotContain(Encoding.UTF8.GetString(text.WrittenSpan), character => character is '\ufffe' or '\uffff' or < ' ' and not ('\t' or '\n' or '\r'));
        }
    }

    [Theory]
    [InlineData("""{"data":{"b":2},"datacontenttype":"application/json","type":"t","source":"s","id":"1","specversion":"1.0"}""", "{\"b\":2}")]
    [InlineData("""  { "specversion" : "1.0" , "id" : "1" , "data" :  [ 1 , 2 ]  }  """, "[ 1 , 2 ]")]
    [InlineData("""{"specversion":"1.0","id":"1","data":null}""", "null")]
    [InlineData("""{"specversion":"1.0","id":"1","data":"text"}""", "\"text\"")]
    [InlineData("""{"specversion":"1.0","id":"1","data":12.50}""", "12.50")]
    [InlineData("""{"specversion":"1.1","id":"1","data":true}""", "true")]
    [InlineData("""{"specversion":"1.0","id":"1","datacontenttype":"text/plain","data":"a \"text\" \u00fc"}""", "a \"text\" ü")]
    [InlineData("""{"specversion":"1.0","id":"1","data":"<xml/>","datacontenttype":"application/xml"}""", "<xml/>")]
    [InlineData("""{"specversion":"1.0","id":"1","datacontenttype":"text/plain","data":{"not":"text"}}""", "{\"not\":\"text\"}")]
    [InlineData("""{"specversion":"1.0","id":"1","datacontenttype":"text/plain","data_base64":"dGV4dA=="}""", "text")]
    [InlineData("""{"specversion":"1.0","id":"1","data_base64":null,"data":1}""", "1")]
    [InlineData("""{"specversion":"1.0","id":"1","datacontenttype":null,"data":{"a":1}}""", "{\"a\":1}")]
    [InlineData("""{"specversion":"1.0","id":"1","d\u0061ta":2}""", "2")]
    [InlineData("""{"specversion":"1.0","id":"1"}""", "")]
    public void Data_is_read_as_other_systems_write_it(string text, string body) =>
        Assert.Equal(body, Encoding.UTF8.GetString(Read(text).Body.Span));

    [Fact]
    public void Attributes_are_read_in_any_order_and_unknown_ones_kept()
    {
        var envelope = Read("""
            {"traceparent":"00-1","sequence":17,"ratio":1.5,"urgent":true,"none":null,"Upper_Case":"u","time":"2026-11-22T09:00:00+01:00","subject":"s",
             "partitionkey":42,"dataschema":"http://x","nested":{"a":[1]},"specversion":"1.0","source":"/s","type":"t","id":"1","datacontenttype":"text/plain","data":"x"}
            """);
        Assert.Equal(("1", "t", "/s", "42", "text/plain"), (envelope.Id, envelope.Type, envelope.Source, envelope.Key, envelope.ContentType));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero), envelope.Time);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["traceparent"] = "00-1",
                ["sequence"] = "17",
                ["ratio"] = "1.5",
                ["urgent"] = "true",
                ["uppercase"] = "u",
                ["subject"] = "s",
                ["dataschema"] = "http://x",
                ["nested"] = """{"a":[1]}""",
            },
            envelope.Headers.ToDictionary());
    }

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("12")]
    [InlineData("null")]
    [InlineData("{\"a\":[1,2]}")]
    [InlineData("\"Z\"")]
    [InlineData("\"2026-13-01T00:00:00Z\"")]
    public void Time_that_cannot_be_read_is_no_reason_to_refuse(string time)
    {
        var envelope = Read($$"""{"specversion":"1.0","id":"1","time":{{time}},"type":"t","data":1}""");
        Assert.Equal((default, "t", "1"), (envelope.Time, envelope.Type, Encoding.UTF8.GetString(envelope.Body.Span)));
    }

    [Theory]
    [InlineData("2026-11-22T08:00:00Z")]
    [InlineData("2026-11-22T08:00:00.0000000Z")]
    [InlineData("2026-11-22T08:00:00.000000000000Z")]
    [InlineData("2026-11-22T08:00:00z")]
    [InlineData("2026-11-22T08:00:00")]
    [InlineData("2026-11-22T09:00:00+01:00")]
    [InlineData("2026-11-22 08:00:00Z")]
    [InlineData("Sun, 22 Nov 2026 08:00:00 GMT")]
    public void Time_is_universal_unless_it_says_otherwise(string time) =>
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero), Read($$"""{"specversion":"1.0","id":"1","time":"{{time}}"}""").Time);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("<xml/>")]
    [InlineData("{\"specversion\":\"1.0\"}")]
    [InlineData("{\"id\":\"1\"}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"\"}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":null}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":1}")]
    [InlineData("{\"specversion\":\"0.3\",\"id\":\"1\"}")]
    [InlineData("{\"specversion\":1.0,\"id\":\"1\"}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\"")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\"} trailing")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\"}{}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":{}}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"data_base64\":\"%%\"}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"data_base64\":1}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"\\ud800\"}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"ext\":\"\\ud800\"}")]
    public void Anything_else_is_somebody_s_plain_body(string text)
    {
        Assert.False(CloudEventsJson.TryRead(Encoding.UTF8.GetBytes(text), out var envelope));
        Assert.Null(envelope);
    }

    [Fact]
    public void Json_text_with_half_of_a_surrogate_pair_comes_through_as_it_is()
    {
        // Valid JSON, whatever it means.
        var envelope = new Envelope("1", "", "\"\\ud800\""u8.ToArray());
        Assert.True(envelope.HasJsonBody);
        Assert.Equal(envelope.Body.ToArray(), Read(Write(envelope)).Body.ToArray());
    }

    [Fact]
    public void Deepest_body_comes_through()
    {
        var envelope = new Envelope("1", "", Encoding.ASCII.GetBytes(new string('[', 1000) + new string(']', 1000)));
        Assert.True(envelope.HasJsonBody);
        Assert.Equal(envelope.Body.ToArray(), Read(Write(envelope)).Body.ToArray());
    }

    [Fact]
    public void Body_of_json_is_part_of_the_text_that_was_read()
    {
        byte[] text = [.. """{"specversion":"1.0","id":"1","data":{"a":1}}"""u8];
        Assert.True(CloudEventsJson.TryRead(text, out var envelope));
        Assert.True(envelope.Body.Span.Overlaps(text));
    }

    [Fact]
    public void Dead_letter_of_a_message_with_all_the_headers_it_may_have_can_be_read()
    {
        var letter = new Envelope("1", "test", "1"u8.ToArray());
        for (var number = 0; number < MessageHeaders.MaxPublished; number++)
        {
            letter.Headers.Set($"h{number}", "v");
        }

        foreach (var field in typeof(HeaderNames).GetFields())
        {
            letter.Headers.Set((string)field.GetValue(null)!, "v");
        }

        var writer = new ArrayBufferWriter<byte>();
        CloudEventsJson.Write(letter, writer);
        Assert.True(CloudEventsJson.TryRead(writer.WrittenMemory, out var read));
        Assert.Equal(letter.Headers, read.Headers);
    }

    [Fact]
    public void Too_many_attributes_make_it_a_plain_body_and_cost_little()
    {
        var text = new StringBuilder("""{"specversion":"1.0","id":"1" """);
        for (var number = 0; number < 100_000; number++)
        {
            text.Append(""","a":1""");
        }

        Assert.False(CloudEventsJson.TryRead(Encoding.UTF8.GetBytes(text.Append('}').ToString()), out _));
    }

    [Fact]
    public void Random_bytes_and_broken_events_never_throw()
    {
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            if (round % 2 == 0)
            {
                bytes = Encoding.UTF8.GetBytes(Write(RandomEnvelope(random)));
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }

            if (CloudEventsJson.TryRead(bytes, out var envelope))
            {
                Assert.NotEmpty(envelope.Id);
                Assert.InRange(CloudEventsJson.Measure(envelope), 1, int.MaxValue);
            }
        }
    }

    private static Envelope RandomEnvelope(Random random)
    {
        var body = random.Next(6) switch
        {
            0 => [],
            1 => RandomBytes(random),
            2 => Encoding.UTF8.GetBytes(RandomText(random)),
            3 => JsonSerializer.SerializeToUtf8Bytes(new { text = RandomText(random), number = random.NextDouble(), list = new[] { 1, 2 } }),
            4 => Encoding.UTF8.GetBytes($"\"{(random.Next(2) == 0 ? '\ufffe' : '\uffff')}\""),
            _ => JsonSerializer.SerializeToUtf8Bytes(RandomText(random)),
        };
        var id = RandomText(random);
        var envelope = new Envelope(id.Length == 0 ? "id" : id, RandomText(random), body)
        {
            Source = RandomText(random),
            Key = random.Next(2) == 0 ? null : RandomText(random),
            Time = random.Next(3) == 0 ? default : DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(20_000_000_000_000_000)),
            ContentType = random.Next(3) switch { 0 => "application/json", 1 => "text/plain; charset=\"ü\"", _ => "application/x+json" },
        };
        for (var count = random.Next(4); count > 0; count--)
        {
            envelope.Headers.Set($"h{random.Next(100)}", RandomText(random));
        }

        return envelope;
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(50)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string RandomText(Random random)
    {
        string[] parts = ["plain", "\"", "\\", "/", "<>&'+`", "ü", "漢", "😀", "\u0000", "\u001f", "\u007f", "\u0080", "\u2028", "\ufffe", "\uffff", "\ufeff", "\ue000", "\t\r\n", " ", "\U0010fffe"];
        return string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static void AssertSame(Envelope expected, Envelope actual)
    {
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.Type, actual.Type);
        Assert.Equal(expected.Source, actual.Source);
        Assert.Equal(expected.Key, actual.Key);
        Assert.Equal(expected.Time, actual.Time);
        Assert.Equal(expected.ContentType, actual.ContentType);
        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
        Assert.Equal(expected.Headers.Select(pair => (pair.Key, pair.Value)), actual.Headers.Select(pair => (pair.Key, pair.Value)));
    }

    private static string Write(Envelope envelope)
    {
        var writer = new ArrayBufferWriter<byte>();
        CloudEventsJson.Write(envelope, writer);
        Assert.Equal(writer.WrittenCount, CloudEventsJson.Measure(envelope));
        return Encoding.UTF8.GetString(writer.WrittenSpan);
    }

    private static Envelope Read(string text)
    {
        Assert.True(CloudEventsJson.TryRead(Encoding.UTF8.GetBytes(text), out var envelope), text);
        return envelope;
    }
}
