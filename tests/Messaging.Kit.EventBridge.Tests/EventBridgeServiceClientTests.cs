using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Messages;

namespace Messaging.Kit.EventBridge.Tests;

public sealed class EventBridgeServiceClientTests : IDisposable
{
    private readonly StubAws _stub = new();
    private readonly EventBridgeServiceClient _client;

    public EventBridgeServiceClientTests() => _client = _stub.Connect<EventBridgeServiceClient>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _stub.Dispose();
    }

    [Fact]
    public async Task Outcomes_have_the_places_of_their_entries()
    {
        Answer("""{"FailedEntryCount":1,"Entries":[{"EventId":"e-1"},{"ErrorMessage":"Detail is malformed.","New":{"a":[1]},"ErrorCode":"MalformedDetail"},{"EventId":"e-3","ErrorCode":null}],"New":[{}]}""");

        Assert.Equal([new("e-1"), new(null, "MalformedDetail", "Detail is malformed."), new("e-3")], await PutAsync("{}", "{", "{}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html><body>Sign in to the network</body></html>")]
    [InlineData("""{"FailedEntryCount":0,"Entries":null}""")]
    [InlineData("""{"FailedEntryCount":0,"Entries":[]}""")]
    [InlineData("""{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}""")]
    [InlineData("""{"FailedEntryCount":1,"Entries":[{"EventId":"1"},{"EventId":"2"}]}""")]
    [InlineData("""{"FailedEntryCount":0,"Entries":[{"EventId":"1"},{"EventId":"2"},{"EventId":"3"}]}""")]
    [InlineData("""{"FailedEntryCount":0,"Entries":[{"EventId":"1"},{"EventId":2}]}""")]
    [InlineData("""{"FailedEntryCount":0,"Entries":[{"EventId":"1"},{"EventId":"2"}]""")]
    [InlineData("""{"FailedEntryCount":0,"Entries":[{"EventId":"1"},{"EventId":"2""")]
    public async Task Answer_that_is_none_or_not_all_of_it_is_told_apart(string body)
    {
        Answer(body);

        var exception = await Assert.ThrowsAsync<AmazonUnmarshallingException>(() => PutAsync("{}", "{}"));

        Assert.IsType<FormatException>(exception.InnerException);
        Assert.Equal(FailureKind.Transient, EventBridgeErrors.Translate(exception, "PutEvents", "orders").Kind);
    }

    [Theory]
    [InlineData("""{"__type":"com.amazonaws.events#ResourceNotFoundException","message":"No bus."}""", null)]
    [InlineData("""{"__type":"ResourceNotFoundException:http://internal.amazon.com/coral/","Message":"No bus."}""", null)]
    [InlineData("""{"code":"ResourceNotFoundException","message":"No bus."}""", null)]
    [InlineData("""{"message":"No bus."}""", "ResourceNotFoundException:http://internal.amazon.com/")]
    public async Task Error_has_its_code_its_text_and_its_request(string body, string? header)
    {
        _stub.Answer = _ =>
        {
            var response = StubAws.Make(400, body, "application/x-amz-json-1.1");
            if (header is not null)
            {
                response.Headers.Add("x-amzn-ErrorType", header);
            }

            return response;
        };

        var exception = await Assert.ThrowsAsync<AmazonServiceException>(() => _client.DescribeEventBusAsync("orders", Token));

        Assert.Equal(("ResourceNotFoundException", "No bus.", 400, "request-1"), (exception.ErrorCode, exception.Message, (int)exception.StatusCode, exception.RequestId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>503 Service Unavailable</body></html>")]
    [InlineData("[1]")]
    [InlineData("""{"__type":1}""")]
    [InlineData("""{"__type":"Thrott""")]
    public async Task Error_that_is_not_the_services_has_its_status(string body)
    {
        _stub.Answer = _ => StubAws.Make(503, body, "text/html");

        var exception = await Assert.ThrowsAsync<AmazonServiceException>(() => PutAsync("{}"));

        Assert.Equal((null, 503), (exception.ErrorCode, (int)exception.StatusCode));
        Assert.Equal(FailureKind.Transient, EventBridgeErrors.Translate(exception, "PutEvents", "orders").Kind);
    }

    [Fact]
    public async Task Every_character_survives_in_details_of_any_length()
    {
        var text = new StringBuilder();
        for (var value = 0; value < 0x250; value++)
        {
            text.Append((char)value);
        }

        text.Append("漢字 😀👨‍👩‍👧 ");
        for (var repeat = 1; repeat <= 30; repeat++)
        {
            var detail = new JsonObject { ["text"] = string.Concat(Enumerable.Repeat(text.ToString(), repeat)) + new string('x', repeat) }.ToJsonString(
                new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            Answer("""{"Entries":[{"EventId":"1"}]}""");

            await _client.PutEventsAsync([new("s", "t", Encoding.UTF8.GetBytes(detail))], Token);

            Assert.Equal(detail, Entry(_stub.Requests[^1])["Detail"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Quotes_of_a_detail_cost_one_byte_more_and_no_more()
    {
        const string Detail = """{"a":"b"}""";
        Answer("""{"Entries":[{"EventId":"1"}]}""");

        await PutAsync(Detail);

        Assert.Contains("""
            "Detail":"{\"a\":\"b\"}"
            """, _stub.Request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Surrogates_alone_become_replacement_characters()
    {
        Answer("""{"Entries":[{"EventId":"1"}]}""");

        await _client.PutEventsAsync([new("a\ud83d", "b\ude00", "{}"u8.ToArray()) { Resources = ["c\ud83d"] }], Token);

        var entry = Entry(_stub.Request);
        Assert.Equal(("a\uFFFD", "b\uFFFD", "c\uFFFD"), (entry["Source"]!.GetValue<string>(), entry["DetailType"]!.GetValue<string>(), entry["Resources"]![0]!.GetValue<string>()));
    }

    [Fact]
    public async Task Detail_that_is_not_utf8_is_refused_before_it_is_sent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _client.PutEventsAsync([new("s", "t", new byte[] { 0x7b, 0xff, 0x7d })], Token));

        Assert.Empty(_stub.Requests);
    }

    [Fact]
    public async Task Targets_that_fail_are_named()
    {
        Answer("""{"FailedEntryCount":1,"FailedEntries":[{"TargetId":"t","ErrorCode":"ConcurrentModificationException","ErrorMessage":"again"}]}""");

        Assert.Equal([new("t", "ConcurrentModificationException", "again")], await _client.RemoveTargetsAsync("orders", "r", ["t"], Token));
    }

    [Fact]
    public async Task Targets_are_read_as_they_are_written()
    {
        var target = new EventBridgeTarget("t", "a")
        {
            RoleArn = "r",
            InputTemplate = "<x>",
            InputPaths = new Dictionary<string, string> { ["x"] = "$.detail" },
            MessageGroupId = "g",
            DeadLetterArn = "d",
            MaximumRetryAttempts = 0,
            MaximumEventAgeInSeconds = 60,
        };
        Answer("{}");
        await _client.PutTargetsAsync(null, "r", [target], Token);
        Answer($$"""{"Targets":{{JsonNode.Parse(_stub.Request.Body)!["Targets"]!.ToJsonString()}},"NextToken":"n"}""");

        var page = await _client.ListTargetsByRuleAsync(null, "r", cancellationToken: Token);

        var read = Assert.Single(page.Items);
        Assert.Equal(target.InputPaths, read.InputPaths);
        Assert.Equal(target with { InputPaths = null }, read with { InputPaths = null });
        Assert.Equal("n", page.NextToken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public async Task Commands_answer_nothing_or_next_to_nothing(string body)
    {
        Answer(body);

        await _client.DeleteRuleAsync("orders", "r", Token);
    }

    private static JsonNode Entry(StubRequest request) => JsonNode.Parse(request.Body)!["Entries"]![0]!;

    private void Answer(string body) => _stub.Answer = _ => StubAws.Make(200, body, "application/x-amz-json-1.1");

    private Task<IReadOnlyList<EventBridgeOutcome>> PutAsync(params string[] details) =>
        _client.PutEventsAsync([.. details.Select(detail => new EventBridgeEntry("shop", "t", Encoding.UTF8.GetBytes(detail)))], Token);
}
