using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Kit.Testing.Faults;

namespace Messaging.Kit.Testing.Tests.Faults;

public sealed class FaultProxyTests : IAsyncLifetime
{
    private readonly StubService _service = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private FaultProxy _proxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _proxy = FaultProxy.Start(_service.Endpoint, seed: 7);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _proxy.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task Without_rules_a_call_and_its_answer_pass_unchanged()
    {
        using var response = await CallAsync("SendMessage", """{"MessageBody":"Grüße 🚀"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("yes", response.Headers.GetValues("X-Of-The-Service").Single());
        var seen = _service.Requests.Single();
        Assert.Equal(("POST", "/some/path?x=1&y=%2F", "SendMessage"), (seen.Method, seen.Path, seen.Operation));
        Assert.Equal("""{"MessageBody":"Grüße 🚀"}""", Encoding.UTF8.GetString(seen.Body));
        Assert.Equal("AWS4-HMAC-SHA256 Credential=x", seen.Header("Authorization"));
        Assert.Equal("application/x-amz-json-1.0", seen.Header("Content-Type"));
        Assert.Equal(new FaultCount(1, 1, 0, 0), _proxy.CountOf("SendMessage"));
    }

    [Fact]
    public async Task A_body_without_a_length_passes()
    {
        using var request = Request("SendMessage", "");
        request.Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"MessageBody":"{{new string('x', 200_000)}}"}""")));
        request.Headers.TransferEncodingChunked = true;
        using var response = await _client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(200_000 + """{"MessageBody":""}""".Length, _service.Requests.Single().Body.Length);
    }

    [Fact]
    public async Task A_client_that_asks_before_it_sends_a_body_is_told_to_go_on()
    {
        using var request = Request("SendMessage", "{}");
        request.Headers.ExpectContinue = true;
        var elapsed = Stopwatch.StartNew();
        using var response = await _client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(elapsed.Elapsed < TimeSpan.FromMilliseconds(900), "The client waited in vain to be told, and then sent it all the same.");
    }

    [Fact]
    public async Task An_error_of_the_service_passes()
    {
        using var response = await CallAsync("Refused", "{}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("NoSuchThing;Sender", response.Headers.GetValues("x-amzn-query-error").Single());
    }

    [Theory]
    [InlineData("RequestThrottled", 403, "RequestThrottled;Sender", "com.amazonaws.sqs#RequestThrottled")]
    [InlineData("ThrottlingException", 400, "ThrottlingException;Sender", "com.amazonaws.sqs#ThrottlingException")]
    [InlineData("KMS.ThrottlingException", 400, "KMS.ThrottlingException;Sender", "com.amazonaws.sqs#KmsThrottled")]
    [InlineData("InternalFailure", 500, "InternalFailure;Receiver", "com.amazonaws.sqs#InternalFailure")]
    public async Task An_error_has_the_form_of_the_protocol(string name, int status, string legacyCode, string type)
    {
        Fault[] faults = [Fault.Throttled, Fault.ThrottlingException, Fault.KmsThrottled, Fault.ServerError];
        string[] names = ["RequestThrottled", "ThrottlingException", "KMS.ThrottlingException", "InternalFailure"];
        _proxy.Next(1, "SendMessageBatch", faults[Array.IndexOf(names, name)]);
        using var response = await CallAsync("SendMessageBatch", Batch(2));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(legacyCode, response.Headers.GetValues("x-amzn-query-error").Single());
        Assert.Equal(type, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["__type"]!.GetValue<string>());
        Assert.Empty(_service.Requests);
        Assert.Equal(new FaultCount(1, 0, 1, 0), _proxy.CountOf("SendMessageBatch"));
    }

    [Fact]
    public async Task An_error_to_a_form_is_xml()
    {
        _proxy.Next(1, "PublishBatch", Fault.ThrottlingException);
        using var request = new HttpRequestMessage(HttpMethod.Post, _proxy.Endpoint)
        {
            Content = new FormUrlEncodedContent([new("Version", "2010-03-31"), new("Action", "PublishBatch")]),
        };
        using var response = await _client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("<Error><Type>Sender</Type><Code>ThrottlingException</Code>", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_played_once_and_in_order()
    {
        _proxy.Next(2, "SendMessage", Fault.Throttled);
        _proxy.Next(1, "SendMessage", Fault.Unavailable);
        _proxy.Next(1, "DeleteMessage", Fault.ServerError);
        var statuses = new List<int>();
        foreach (var operation in new[] { "SendMessage", "SendMessage", "SendMessage", "SendMessage", "DeleteMessage", "DeleteMessage", "ReceiveMessage" })
        {
            using var response = await CallAsync(operation, "{}");
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([403, 403, 503, 200, 500, 200, 200], statuses);
        Assert.Equal(new FaultCount(4, 1, 3, 0), _proxy.CountOf("SendMessage"));
        Assert.Equal(new FaultCount(7, 3, 4, 0), _proxy.CountOf(FaultProxy.AnyOperation));
    }

    [Fact]
    public async Task Rules_can_be_taken_back()
    {
        _proxy.Always(FaultProxy.AnyOperation, Fault.Throttled);
        using var throttled = await CallAsync("SendMessage", "{}");
        _proxy.Clear();
        using var passed = await CallAsync("SendMessage", "{}");
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (throttled.StatusCode, passed.StatusCode));
    }

    [Fact]
    public async Task A_seed_decides_what_chance_does()
    {
        var runs = new List<string>();
        foreach (var seed in new[] { 1, 1, 2 })
        {
            await using var proxy = FaultProxy.Start(_service.Endpoint, seed);
            proxy.Sometimes(0.3, "SendMessage", Fault.ServerError);
            var statuses = new List<int>();
            for (var call = 0; call < 60; call++)
            {
                using var response = await CallAsync("SendMessage", "{}", proxy);
                statuses.Add((int)response.StatusCode);
            }

            runs.Add(string.Join(' ', statuses));
            Assert.InRange(proxy.CountOf("SendMessage").Faulted, 5, 40);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
    }

    [Theory]
    [InlineData("SendMessageBatch")]
    [InlineData("DeleteMessageBatch")]
    [InlineData("ChangeMessageVisibilityBatch")]
    public async Task Failed_entries_are_not_forwarded_and_reported_among_the_others(string operation)
    {
        _proxy.Next(1, operation, Fault.FailEntries(0, 3));
        using var response = await CallAsync(operation, Batch(5));
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        Assert.Equal(["1", "2", "4"], IdsIn(answer["Successful"]));
        Assert.Equal(["0", "3"], IdsIn(answer["Failed"]));
        Assert.All(answer["Failed"]!.AsArray(), entry => Assert.False(entry!["SenderFault"]!.GetValue<bool>()));
        var forwarded = JsonNode.Parse(_service.Requests.Single().Body)!;
        Assert.Equal(["1", "2", "4"], IdsIn(forwarded["Entries"]));
        Assert.Equal("http://queue", forwarded["QueueUrl"]!.GetValue<string>());
        Assert.Equal(new FaultCount(1, 1, 1, 2), _proxy.CountOf(operation));
    }

    [Fact]
    public async Task When_every_entry_fails_the_service_sees_nothing()
    {
        _proxy.Next(1, "SendMessageBatch", Fault.FailEntries());
        using var response = await CallAsync("SendMessageBatch", Batch(3));
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["0", "1", "2"], IdsIn(answer["Failed"]));
        Assert.Empty(_service.Requests);
        Assert.Equal(new FaultCount(1, 0, 1, 3), _proxy.CountOf("SendMessageBatch"));
    }

    [Fact]
    public async Task Failed_events_are_reported_in_their_place()
    {
        _proxy.Next(1, "PutEvents", Fault.FailEntries(1, 2));
        using var response = await CallAsync("PutEvents", """{"Entries":[{"Detail":"a"},{"Detail":"b"},{"Detail":"c"},{"Detail":"d"}]}""");
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        Assert.Equal(2, answer["FailedEntryCount"]!.GetValue<int>());
        Assert.Equal(["a", null, null, "d"], answer["Entries"]!.AsArray().Select(entry => entry!["EventId"]?.GetValue<string>()));
    }

    [Fact]
    public async Task A_random_share_of_entries_fails()
    {
        _proxy.Always("SendMessageBatch", Fault.FailEntries(0.3));
        for (var call = 0; call < 20; call++)
        {
            using var response = await CallAsync("SendMessageBatch", Batch(10));
        }

        Assert.InRange(_proxy.CountOf("SendMessageBatch").EntriesFailed, 20, 110);
    }

    [Fact]
    public async Task A_lost_answer_was_carried_out()
    {
        _proxy.Next(1, "SendMessage", Fault.LostAnswer);
        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync("SendMessage", "{}"));
        Assert.Single(_service.Requests);
        Assert.Equal(new FaultCount(1, 1, 1, 0), _proxy.CountOf("SendMessage"));
    }

    [Fact]
    public async Task A_dropped_call_was_not_carried_out()
    {
        _proxy.Next(1, "SendMessage", Fault.Drop);
        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync("SendMessage", "{}"));
        Assert.Empty(_service.Requests);
        using var next = await CallAsync("SendMessage", "{}");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Latency_comes_before_what_else_happens()
    {
        _proxy.Next(1, "SendMessage", Fault.Latency(TimeSpan.FromMilliseconds(300)));
        _proxy.Next(1, "SendMessage", Fault.Latency(TimeSpan.FromMilliseconds(300), Fault.Throttled));
        foreach (var status in new[] { HttpStatusCode.OK, HttpStatusCode.Forbidden })
        {
            var elapsed = Stopwatch.StartNew();
            using var response = await CallAsync("SendMessage", "{}");
            Assert.Equal(status, response.StatusCode);
            Assert.True(elapsed.Elapsed >= TimeSpan.FromMilliseconds(290), $"It took {elapsed.Elapsed}.");
        }
    }

    [Fact]
    public async Task A_hanging_call_neither_answers_nor_holds_up_others_nor_the_end()
    {
        _proxy.Next(1, "SendMessage", Fault.Hang);
        var hanging = CallAsync("SendMessage", "{}");
        while (_proxy.CountOf("SendMessage").Faulted == 0)
        {
            await Task.Delay(5, Token);
        }

        using var other = await CallAsync("SendMessage", "{}");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.False(hanging.IsCompleted);
        await _proxy.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), Token);
        await Assert.ThrowsAsync<HttpRequestException>(() => hanging.WaitAsync(TimeSpan.FromSeconds(5), Token));
        Assert.Single(_service.Requests);
    }

    [Fact]
    public async Task A_service_that_is_not_there_looks_like_one()
    {
        await _service.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync("SendMessage", "{}"));
    }

    [Fact]
    public async Task Many_calls_at_once_are_carried_and_counted()
    {
        const int Callers = 32, Calls = 100;
        _proxy.Sometimes(0.1, "SendMessageBatch", Fault.FailEntries(1));
        _proxy.Sometimes(0.1, "SendMessageBatch", Fault.Throttled);
        var throttled = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (var call = 0; call < Calls; call++)
            {
                using var response = await CallAsync("SendMessageBatch", Batch(3));
                if (response.StatusCode == HttpStatusCode.Forbidden)
                {
                    Interlocked.Increment(ref throttled);
                }
            }
        }));
        var count = _proxy.CountOf("SendMessageBatch");
        Assert.Equal(Callers * Calls, count.Received);
        Assert.Equal(count.Received - throttled, count.Forwarded);
        Assert.Equal(count.Forwarded, _service.Requests.Count);
        Assert.Equal(count.EntriesFailed + throttled, count.Faulted);
    }

    private static string Batch(int count) =>
        $$"""{"QueueUrl":"http://queue","Entries":[{{string.Join(',', Enumerable.Range(0, count).Select(id => $$"""{"Id":"{{id}}","MessageBody":"b"}"""))}}]}""";

    private static IEnumerable<string> IdsIn(JsonNode? entries) => entries!.AsArray().Select(entry => entry!["Id"]!.GetValue<string>());

    private Task<HttpResponseMessage> CallAsync(string operation, string body, FaultProxy? proxy = null) => _client.SendAsync(Request(operation, body, proxy), Token);

    private HttpRequestMessage Request(string operation, string body, FaultProxy? proxy = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri((proxy ?? _proxy).Endpoint, "/some/path?x=1&y=%2F"))
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/x-amz-json-1.0")),
        };
        request.Headers.TryAddWithoutValidation("X-Amz-Target", $"AmazonSQS.{operation}");
        request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=x");
        return request;
    }
}
