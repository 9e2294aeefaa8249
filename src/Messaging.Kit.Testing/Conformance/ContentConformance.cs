using System.Globalization;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>What is sent arrives as it was: every field, every byte.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class ContentConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    /// <summary>Id, type, source, time, key, content type, headers and body arrive, and it is the first delivery.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_arrives_whole()
    {
        var sent = Sample.Numbered(1, "customer-7");
        sent.ContentType = "application/vnd.order+json; charset=utf-8";
        sent.Headers.Set("tenant", "north");
        var received = await TransferAsync(sent);
        Sample.AssertSame(sent, received);
        Assert.Equal(1, received.DeliveryCount);
    }

    /// <summary>
    /// What was not set is not invented: no type, source, key or header. What keeps order may refuse a message without a key, for good.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_of_an_id_and_a_body_arrives_without_additions()
    {
        var channel = await OpenAsync();
        var sent = new Envelope(Sample.NewId(), "", "{}"u8.ToArray());
        if ((await channel.Sender.TrySendAsync([sent], Token))[0] is { } refusal)
        {
            Assert.True(channel.Sender.Features.HasFlag(TransportFeatures.Ordering), $"A message without a key is refused, and there is no order: {refusal}");
            refusal.AssertIs(FailureKind.Permanent, "The refusal of a message without a key");
            return;
        }

        Sample.AssertSame(sent, await Consume(channel).TakeOneAsync());
    }

    /// <summary>JSON stays the same JSON: numbers keep their digits, text its characters, whatever its shape.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task A_json_body_stays_the_same_json() => TransferAllAsync(
        from json in new[]
        {
            """{"a":1,"b":[true,false,null],"c":{"d":"e"}}""",
            " \r\n\t[ 1 , 2 ]\n ",
            "\"text\"",
            "0",
            "null",
            "{}",
            """{"big":12345678901234567890123,"small":1.50,"exponent":1e-7}""",
            """{"text":"Grüße, 世界, \u0000\u001f\u2028\ud83d\ude80 \"quoted\" <&'+> \\"}""",
            """{"specversion":"1.0","id":"not the id of the message","data_base64":"AA==","Message":"not of SNS"}""",
            string.Concat(Enumerable.Repeat("[", 60)) + string.Concat(Enumerable.Repeat("]", 60)),
        }
        select Sample.WithBody(Encoding.UTF8.GetBytes(json)));

    /// <summary>Characters beyond the first 65,536 are text like any other.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task A_json_body_keeps_characters_of_four_bytes() =>
        TransferAllAsync([Sample.WithBody("""{"🚀":"𝄞 𠀀 😀"}"""u8.ToArray()), Sample.WithBody("\"\U0010FFFD\""u8.ToArray())]);

    /// <summary>Bytes that are no text, text that is no JSON, and JSON that only claims to be: they arrive byte for byte.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task A_body_of_any_bytes_arrives_byte_for_byte() => TransferAllAsync(
        [
            Sample.WithBody(Enumerable.Range(0, 256).Select(value => (byte)value).ToArray(), "application/octet-stream"),
            Sample.WithBody(new byte[] { 0 }, "application/octet-stream"),
            Sample.WithBody(new byte[] { 0xFF, 0xFE }, "application/x-protobuf"),
            Sample.WithBody("Grüße, 世界, 🚀\r\n"u8.ToArray(), "text/plain; charset=utf-8"),
            Sample.WithBody("""{"number":1}"""u8.ToArray(), "text/plain"),
            Sample.WithBody("AAECAw=="u8.ToArray(), "text/plain"),
            Sample.WithBody("""{"cut":"off"""u8.ToArray()),
            Sample.WithBody("{} {}"u8.ToArray()),
            Sample.WithBody(" "u8.ToArray()),
            Sample.WithBody(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }),
            Sample.WithBody(Encoding.UTF8.GetBytes("\"\uFFFE\uFFFF\"")),
        ]);

    /// <summary>A body of no bytes arrives as one, whatever its content type says.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task An_empty_body_arrives_empty() => TransferAllAsync(
        [Sample.WithBody(default), Sample.WithBody(default, "application/octet-stream"), Sample.WithBody(default, "text/plain")]);

    /// <summary>Header values are any text: of any script, empty, padded, quoted, with control characters.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Headers_arrive_as_they_were_set()
    {
        var sent = Sample.Numbered(1);
        sent.Headers.Set("plain", "value");
        sent.Headers.Set("scripts", "Grüße, 世界, 🚀");
        sent.Headers.Set("empty", "");
        sent.Headers.Set("padded", "  two spaces  ");
        sent.Headers.Set("quoted", "\"a\" 'b' \\ <c> & {d}");
        sent.Headers.Set("control", "\r\n\t\0\u001F\u007F");
        sent.Headers.Set("edge", "\uFFFD\uFFFE\uFFFF\u2028");
        sent.Headers.Set("number", "00042");
        sent.Headers.Set("null", "null");
        sent.Headers.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        sent.Headers.Set(new string('x', MessageHeaders.MaxNameLength), "the longest name");
        sent.Headers.Set("long", new string('y', 5_000));
        Sample.AssertSame(sent, await TransferAsync(sent));
    }

    /// <summary>More headers than a service has attributes.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Thirty_headers_arrive()
    {
        var sent = Sample.Numbered(1);
        foreach (var number in Enumerable.Range(0, 30))
        {
            sent.Headers.Set(string.Create(CultureInfo.InvariantCulture, $"header{number}"), $"value {number}");
        }

        Sample.AssertSame(sent, await TransferAsync(sent));
    }

    /// <summary>A key is any text, of one character or a thousand, and arrives as it was even where the service's own keys are narrower.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task Keys_of_any_length_and_script_arrive() => TransferAllAsync(KeysOfAllSorts.Select(Sample.WithKey));

    /// <summary>The same on a channel that uses the keys for its order.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task Keys_of_any_length_and_script_arrive_where_keys_have_order() =>
        TransferAllAsync(KeysOfAllSorts.Select(Sample.WithKey), new ChannelOptions { Ordered = true });

    /// <summary>An id is any text, and arrives as it was even where the service's own ids are narrower.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task Ids_of_odd_characters_arrive() => TransferAllAsync(IdsOfAllSorts.Select(Sample.WithId));

    /// <summary>The same on a channel that uses the ids to know duplicates.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task Ids_of_odd_characters_arrive_where_ids_tell_duplicates() =>
        TransferAllAsync(IdsOfAllSorts.Select(Sample.WithId), new ChannelOptions { Deduplicated = true });

    /// <summary>Types and sources are any text.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public Task Types_and_sources_of_odd_characters_arrive() => TransferAllAsync(
        from text in new[] { "a", "order.placed/v2", "urn:übung:世界", "\"quoted\" <&> \\ ?x=1#y", new string('z', 100) }
        select new Envelope(Sample.NewId(), text, "{}"u8.ToArray()) { Source = text, Key = "key" });

    /// <summary>A type or a source that is long arrives, or is refused for good: what a service has a field for can have a limit of its own.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Long_types_and_sources_arrive_or_are_refused()
    {
        var (channel, text) = (await OpenAsync(), new string('z', 300));
        var consumer = Consume(channel);
        Envelope[] all =
        [
            new(Sample.NewId(), text, "{}"u8.ToArray()) { Key = "key" },
            new(Sample.NewId(), "sample.source", "{}"u8.ToArray()) { Source = text, Key = "key" },
        ];
        foreach (var sent in all)
        {
            if ((await channel.Sender.TrySendAsync([sent], Token))[0] is { } refusal)
            {
                refusal.AssertIs(FailureKind.Permanent, "The refusal of a long type or source");
                continue;
            }

            var received = await consumer.TakeOneAsync();
            Sample.AssertSame(sent, received);
            await consumer.AckAsync(received);
        }
    }

    /// <summary>The sender is done with an envelope and its memory when the call returns: what happens to them later does not travel.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task An_envelope_may_be_reused_once_it_is_sent()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        foreach (var contentType in new[] { Envelope.JsonContentType, "application/octet-stream" })
        {
            var buffer = "[1234567890]"u8.ToArray();
            var sent = Sample.WithBody(buffer, contentType);
            sent.Headers.Set("when", "before");
            await SendAsync(channel, sent);
            Array.Fill(buffer, (byte)'X');
            sent.Headers.Set("when", "after");
            sent.ContentType = "text/plain";

            var received = await consumer.TakeOneAsync();
            Assert.Equal("[1234567890]"u8.ToArray(), received.Body.ToArray());
            Assert.Equal("before", received.Headers["when"]);
            Assert.Equal(contentType, received.ContentType);
            await consumer.AckAsync(received);
        }
    }

    private static string[] KeysOfAllSorts =>
        ["k", "customer-7", " padded ", "a b", "a/b:c,d;e=f", "\"quoted\" \\ 'single'", "ключ-世界-🚀", new string('k', 128), new string('k', 129), new string('k', 1_000), new string('世', 1_000)];

    private static string[] IdsOfAllSorts =>
        ["i", "order #1", "a/b:c,d;e=f", "\"quoted\" \\ <ü> 🚀", new string('i', 80), new string('i', 129), new string('i', 1_000)];

    private async Task<ReceivedEnvelope> TransferAsync(Envelope envelope)
    {
        var channel = await OpenAsync();
        await SendAsync(channel, envelope);
        return await Consume(channel).TakeOneAsync();
    }

    private async Task TransferAllAsync(IEnumerable<Envelope> envelopes, ChannelOptions? options = null)
    {
        var channel = await OpenAsync(options);
        var consumer = Consume(channel);
        foreach (var sent in envelopes)
        {
            await SendAsync(channel, sent);
            var received = await consumer.TakeOneAsync();
            Sample.AssertSame(sent, received);
            await consumer.AckAsync(received);
        }
    }
}
