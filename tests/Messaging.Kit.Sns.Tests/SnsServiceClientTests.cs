using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Amazon.Runtime;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sns.Tests;

public sealed class SnsServiceClientTests : IDisposable
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:orders";

    private readonly StubAws _stub = new();
    private readonly SnsServiceClient _client;

    public SnsServiceClientTests() => _client = _stub.Connect<SnsServiceClient>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _stub.Dispose();
    }

    [Fact]
    public async Task Outcomes_are_read_whatever_their_order()
    {
        Answer("""
            <?xml version="1.0" encoding="utf-8"?>
            <!-- as emulators write it -->
            <PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
              <PublishBatchResult>
                <Failed>
                  <member><Id>b</Id><Code>InvalidParameter</Code><Message>Invalid &quot;parameter&quot;: &lt;Subject&gt; &amp; &#228; &#x1F600;</Message><SenderFault>true</SenderFault></member>
                  <member><Code>InternalError</Code><SenderFault>false</SenderFault><Id>unknown</Id><Message/></member>
                </Failed>
                <Successful><member><SequenceNumber>10000000000000003000</SequenceNumber><MessageId>m-1</MessageId><Id>a</Id><New><![CDATA[x]]></New></member></Successful>
              </PublishBatchResult>
              <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
            </PublishBatchResponse>
            """);

        var outcomes = await PublishAsync("a", "b");

        Assert.Equal(
            [
                new("b") { ErrorCode = "InvalidParameter", ErrorMessage = "Invalid \"parameter\": <Subject> & ä 😀", IsSenderFault = true },
                new("unknown") { ErrorCode = "InternalError", ErrorMessage = "" },
                new("a") { MessageId = "m-1", SequenceNumber = "10000000000000003000" },
            ],
            outcomes);
    }

    [Theory]
    [InlineData("<PublishBatchResponse><PublishBatchResult/></PublishBatchResponse>")]
    [InlineData("<PublishBatchResponse><PublishBatchResult><Successful/><Failed></Failed></PublishBatchResult></PublishBatchResponse>")]
    [InlineData("<PublishBatchResponse/>")]
    [InlineData("<n:PublishBatchResponse xmlns:n='x'><n:PublishBatchResult a='1'/></n:PublishBatchResponse>")]
    public async Task Answer_without_outcomes_has_none(string xml)
    {
        Answer(xml);

        Assert.Empty(await PublishAsync("a"));
    }

    [Fact]
    public async Task Failed_entry_without_a_code_has_failed()
    {
        Answer("<PublishBatchResponse><PublishBatchResult><Failed><member><Id>a</Id></member></Failed></PublishBatchResult></PublishBatchResponse>");

        Assert.Equal("", Assert.Single(await PublishAsync("a")).ErrorCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("OK")]
    [InlineData("<html><body>Sign in to the network</body></html>")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>")]
    [InlineData("<PublishResponse></PublishResponse>")]
    [InlineData("{\"Successful\":[]}")]
    [InlineData("<PublishBatchResponse>")]
    [InlineData("<PublishBatchResponse")]
    [InlineData("<PublishBatchResponse><PublishBatchResult><Successful><member><Id>a</Id><MessageId>m")]
    [InlineData("<PublishBatchResponse><PublishBatchResult><Successful><member><Id>a</Id><MessageId>m</MessageId></member></Successful></PublishBatchResult>")]
    [InlineData("<PublishBatchResponse><PublishBatchResult><Successful><member><Id>a&nbsp;</Id></member></Successful></PublishBatchResult></PublishBatchResponse>")]
    [InlineData("<PublishBatchResponse><PublishBatchResult><Successful><member><Id>a&#xD800;</Id></member></Successful></PublishBatchResult></PublishBatchResponse>")]
    [InlineData("<PublishBatchResponse><PublishBatchResult><Successful><member><Id><b/></Id></member></Successful></PublishBatchResult></PublishBatchResponse>")]
    [InlineData("<PublishBatchResponse></PublishBatchResponse></a>")]
    [InlineData("<PublishBatchResponse></PublishBatchResponse><a/>")]
    public async Task Answer_that_is_none_or_not_all_of_it_is_told_apart(string body)
    {
        Answer(body);

        var exception = await Assert.ThrowsAsync<AmazonUnmarshallingException>(() => PublishAsync("a"));

        Assert.IsType<FormatException>(exception.InnerException);
        Assert.Equal(FailureKind.Transient, SnsErrors.Translate(exception, "PublishBatch", Topic).Kind);
    }

    [Fact]
    public async Task An_answer_cut_off_anywhere_is_never_taken_for_whole()
    {
        const string Whole = "<PublishBatchResponse><PublishBatchResult><Successful><member><Id>a</Id><MessageId>m&amp;</MessageId></member></Successful></PublishBatchResult></PublishBatchResponse>";
        for (var length = 0; length < Whole.Length; length++)
        {
            Answer(Whole[..length]);
            await Assert.ThrowsAsync<AmazonUnmarshallingException>(() => PublishAsync("a"));
        }

        Answer(Whole);
        Assert.Equal("m&", Assert.Single(await PublishAsync("a")).MessageId);
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up_and_one_that_only_says_so_takes_no_memory()
    {
        _stub.Answer = _ => new HttpResponseMessage { Content = new ByteArrayContent(new byte[17 * 1024 * 1024]) };
        var exception = await Assert.ThrowsAsync<IOException>(() => PublishAsync("a"));
        Assert.Equal(FailureKind.Transient, SnsErrors.Translate(exception, "PublishBatch", Topic).Kind);

        _stub.Answer = _ =>
        {
            var response = StubAws.Make(200, "<PublishBatchResponse/>");
            response.Content.Headers.ContentLength = int.MaxValue - 1;
            return response;
        };
        var before = GC.GetTotalAllocatedBytes();
        Assert.Empty(await PublishAsync("a"));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 500_000_000);
    }

    [Theory]
    [InlineData("", "NotFound", "Topic does not exist")]
    [InlineData(" xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"", "Throttled", "Rate exceeded")]
    public async Task Error_has_its_code_its_text_and_its_request(string xmlns, string code, string message)
    {
        _stub.Answer = _ => StubAws.Make(404, $"<ErrorResponse{xmlns}><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>");

        var exception = await Assert.ThrowsAsync<AmazonServiceException>(() => _client.GetTopicAttributesAsync(Topic, Token));

        Assert.Equal((code, message, 404, "request-1", ErrorType.Sender), (exception.ErrorCode, exception.Message, (int)exception.StatusCode, exception.RequestId, exception.ErrorType));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>502 Bad Gateway</body></html>")]
    [InlineData("<ErrorResponse><Error><Code>Throt")]
    [InlineData("\0\u0001")]
    public async Task Error_that_is_not_the_services_has_its_status(string body)
    {
        _stub.Answer = _ => StubAws.Make(502, body);

        var exception = await Assert.ThrowsAsync<AmazonServiceException>(() => PublishAsync("a"));

        Assert.Equal((null, 502), (exception.ErrorCode, (int)exception.StatusCode));
        Assert.Contains("HTTP 502", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_tags_and_pages_are_read()
    {
        Answer("<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>Policy</key><value>{&quot;a&quot;:1}</value></entry><entry><key>Empty</key><value/></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>");
        Assert.Equal(new Dictionary<string, string> { ["Policy"] = "{\"a\":1}", ["Empty"] = "" }, await _client.GetTopicAttributesAsync(Topic, Token));

        Answer("<ListTagsForResourceResponse><ListTagsForResourceResult><Tags><member><Key>k</Key><Value>v</Value></member></Tags></ListTagsForResourceResult></ListTagsForResourceResponse>");
        Assert.Equal(new Dictionary<string, string> { ["k"] = "v" }, await _client.ListTagsForResourceAsync(Topic, Token));

        Answer("<ListTopicsResponse><ListTopicsResult><Topics><member><TopicArn>a</TopicArn></member><member><TopicArn>b</TopicArn></member></Topics><NextToken>n</NextToken></ListTopicsResult></ListTopicsResponse>");
        var topics = await _client.ListTopicsAsync(cancellationToken: Token);
        Assert.Equal(["a", "b"], topics.Items);
        Assert.Equal("n", topics.NextToken);

        Answer("<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member><Owner>1</Owner><Protocol>sqs</Protocol><Endpoint>q</Endpoint><SubscriptionArn>s</SubscriptionArn><TopicArn>t</TopicArn></member></Subscriptions><NextToken/></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>");
        var subscriptions = await _client.ListSubscriptionsByTopicAsync(Topic, cancellationToken: Token);
        Assert.Equal([new SnsSubscription("s", "sqs", "q")], subscriptions.Items);
        Assert.Null(subscriptions.NextToken);

        Answer("<CreateTopicResponse><CreateTopicResult></CreateTopicResult></CreateTopicResponse>");
        await Assert.ThrowsAsync<AmazonUnmarshallingException>(() => _client.CreateTopicAsync("a", cancellationToken: Token));
    }

    [Fact]
    public async Task Every_character_survives_the_form()
    {
        var text = new StringBuilder();
        for (var value = 1; value < 0x250; value++)
        {
            text.Append((char)value);
        }

        text.Append("漢字 😀👨‍👩‍👧 \uFFFD end");
        Answer("<PublishBatchResponse/>");

        await _client.PublishBatchAsync(Topic, [new("a", Encoding.UTF8.GetBytes(text.ToString())) { Subject = text.ToString() }], Token);

        Assert.Equal(text.ToString(), Field("PublishBatchRequestEntries.member.1.Message"));
        Assert.Equal(text.ToString(), Field("PublishBatchRequestEntries.member.1.Subject"));
        Assert.DoesNotContain(_stub.Request.Body, character => !(char.IsAsciiLetterOrDigit(character) || "-_.~%&=".Contains(character, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Surrogates_alone_become_replacement_characters()
    {
        Answer("<PublishBatchResponse/>");

        await _client.PublishBatchAsync(Topic, [new("a", "x"u8.ToArray()) { Subject = "a\ud83d b\ude00" }], Token);

        Assert.Equal("a\uFFFD b\uFFFD", Field("PublishBatchRequestEntries.member.1.Subject"));
    }

    [Fact]
    public async Task Body_that_is_not_utf8_is_refused_before_it_is_sent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _client.PublishBatchAsync(Topic, [new("a", new byte[] { 0x61, 0xff })], Token));

        Assert.Empty(_stub.Requests);
    }

    [Fact]
    public async Task Large_batches_arrive_whole()
    {
        var bodies = Enumerable.Range(0, 10).Select(i => new string((char)('a' + i), 100_000) + "€\"").ToArray();
        Answer("<PublishBatchResponse/>");

        await _client.PublishBatchAsync(Topic, [.. bodies.Select((body, i) => new SnsPublishEntry($"{i}", Encoding.UTF8.GetBytes(body)))], Token);

        Assert.All(bodies, (body, i) => Assert.Equal(body, Field($"PublishBatchRequestEntries.member.{i + 1}.Message")));
        Assert.Equal(_stub.Request.Body.Length.ToString(CultureInfo.InvariantCulture), _stub.Request.Headers["Content-Length"]);
    }

    [Fact]
    public async Task An_independent_reader_of_XML_reads_the_same()
    {
        var random = new Random(7);
        const string Alphabet = "ab<>&\"' \n\tä€😀";
        for (var i = 0; i < 200; i++)
        {
            // Whole characters only.
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Alphabet.EnumerateRunes().ElementAt(random.Next(13)).ToString()));
            var xml = new XElement("GetTopicAttributesResponse", new XElement("entry", new XElement("key", "k"), random.Next(2) == 0
                ? new XElement("value", text)
                : new XElement("value", new XCData(text.Replace("]]>", "", StringComparison.Ordinal)))));
            Answer(xml.ToString(SaveOptions.DisableFormatting));

            Assert.Equal(xml.Descendants("value").Single().Value, (await _client.GetTopicAttributesAsync(Topic, Token))["k"]);
        }
    }

    private void Answer(string body) => _stub.Answer = _ => StubAws.Make(200, body);

    private string Field(string name) =>
        Uri.UnescapeDataString(_stub.Request.Form.Single(field => field.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..]);

    private Task<IReadOnlyList<SnsPublishOutcome>> PublishAsync(params string[] ids) =>
        _client.PublishBatchAsync(Topic, [.. ids.Select(id => new SnsPublishEntry(id, "x"u8.ToArray()))], Token);
}
