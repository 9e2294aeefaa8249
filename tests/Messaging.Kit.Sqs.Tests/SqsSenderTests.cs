using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.SQS.Internal;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsSenderTests : IDisposable
{
    private readonly FakeSqs _sqs = new();
    private readonly ListLogger<SqsSender> _log = new();

    public void Dispose() => _sqs.Dispose();

    [Fact]
    public async Task A_batch_is_one_call_and_each_message_a_cloud_event()
    {
        var sender = Sender("orders");
        var envelope = Json("m1", """{"text":"größer"}""", key: null);
        envelope.Headers.Set("tenant", "zürich");
        var batch = new TransportBatch<Envelope>(envelope, Json("m2", "2"));

        await sender.SendAsync(batch, Token);

        Assert.Equal(0, batch.FailedCount);
        var request = _sqs.Request("SendMessageBatch");
        Assert.Equal($"http://localhost/{FakeSqs.Account}/orders", request["QueueUrl"]!.GetValue<string>());
        var entries = FakeSqs.Entries(request);
        Assert.Equal(["0", "1"], entries.Select(FakeSqs.Id));
        Assert.All(entries, entry => Assert.Equal(["Id", "MessageBody"], entry.Select(field => field.Key).Order()));
        var body = Encoding.UTF8.GetBytes(entries[0]["MessageBody"]!.GetValue<string>());
        Assert.Equal(body.Length, sender.Measure(envelope));
        Assert.True(CloudEventsJson.TryRead(body, out var read));
        Assert.Equal("m1", read.Id);
        Assert.Equal("zürich", read.Headers["tenant"]);
        Assert.Equal("""{"text":"größer"}""", Encoding.UTF8.GetString(read.Body.Span));
    }

    [Fact]
    public async Task Bytes_that_are_not_text_travel_whole()
    {
        byte[] bytes = [0, 1, 0xFF, 0xC3, 0x28];
        var envelope = new Envelope("m1", "blob", bytes) { ContentType = "application/octet-stream" };

        await Sender("orders").SendAsync(new(envelope), Token);

        Assert.True(CloudEventsJson.TryRead(Encoding.UTF8.GetBytes(Entry()["MessageBody"]!.GetValue<string>()), out var read));
        Assert.Equal(bytes, read.Body.ToArray());
    }

    [Fact]
    public void Features_and_limits_are_those_of_the_kind_of_queue()
    {
        Assert.Equal(TransportFeatures.Delay, Sender("orders").Features);
        Assert.Equal(TransportFeatures.Ordering | TransportFeatures.SerialKeys | TransportFeatures.Deduplication, Sender("orders.fifo").Features);
        Assert.Equal(new TransportLimits(10, 1_048_576, 1_048_576), Sender("orders").Limits);
    }

    [Fact]
    public async Task Refused_entries_fail_alone_each_in_its_kind()
    {
        _sqs.On("SendMessageBatch", request =>
        {
            var answer = FakeSqs.Accepted(request, "1", "2", "3");
            answer["Failed"] = new JsonArray(
                FakeSqs.Failed("1", "InvalidMessageContents", true),
                FakeSqs.Failed("2", "InternalError", false),
                FakeSqs.Failed("3", "KMS.ThrottlingException", true));
            return answer;
        });
        var batch = new TransportBatch<Envelope>(Json("a", "1"), Json("b", "2"), Json("c", "3"), Json("d", "4"));

        await Sender("orders").SendAsync(batch, Token);

        Assert.Null(batch.FailureOf(0));
        Assert.Equal(FailureKind.Permanent, KindOf(batch, 1));
        Assert.Equal(FailureKind.Transient, KindOf(batch, 2));
        Assert.Equal(FailureKind.Throttled, KindOf(batch, 3));
    }

    [Fact]
    public async Task Entry_that_the_answer_does_not_name_counts_as_failed()
    {
        _sqs.On("SendMessageBatch", request => FakeSqs.Accepted(request, "1"));
        var batch = new TransportBatch<Envelope>(Json("a", "1"), Json("b", "2"), Json("c", "3"));

        await Sender("orders").SendAsync(batch, Token);

        Assert.Equal(1, batch.FailedCount);
        Assert.Equal(FailureKind.Transient, KindOf(batch, 1));
    }

    [Fact]
    public async Task Answer_without_any_lists_fails_every_entry()
    {
        _sqs.On("SendMessageBatch", _ => []);
        var batch = new TransportBatch<Envelope>(Json("a", "1"), Json("b", "2"));

        await Sender("orders").SendAsync(batch, Token);

        Assert.Equal(2, batch.FailedCount);
    }

    [Fact]
    public async Task Answer_that_names_an_entry_twice_or_one_that_was_not_sent_is_not_believed_about_it()
    {
        _sqs.On("SendMessageBatch", request =>
        {
            var answer = FakeSqs.Accepted(request);
            answer["Failed"] = new JsonArray(FakeSqs.Failed("0", "InternalError", false), FakeSqs.Failed("0", "InternalError", false), FakeSqs.Failed("7", "InternalError", false));
            return answer;
        });
        var batch = new TransportBatch<Envelope>(Json("a", "1"), Json("b", "2"));

        await Sender("orders").SendAsync(batch, Token);

        Assert.Equal(1, batch.FailedCount);
        Assert.NotNull(batch.FailureOf(0));
    }

    [Fact]
    public async Task Fifo_messages_carry_their_group_and_their_id()
    {
        await Sender("orders.fifo").SendAsync(new(Json("m1", "1", key: "customer-7")), Token);

        Assert.Equal("customer-7", Entry()["MessageGroupId"]!.GetValue<string>());
        Assert.Equal("m1", Entry()["MessageDeduplicationId"]!.GetValue<string>());
    }

    [Fact]
    public async Task Key_on_a_standard_queue_is_the_group_of_a_fair_queue()
    {
        await Sender("orders").SendAsync(new(Json("m1", "1", key: "tenant-7")), Token);

        Assert.Equal("tenant-7", Entry()["MessageGroupId"]!.GetValue<string>());
        Assert.Null(Entry()["MessageDeduplicationId"]);
    }

    [Fact]
    public async Task Fifo_message_without_a_key_fails_alone_and_the_text_says_what_to_do()
    {
        var batch = new TransportBatch<Envelope>(Json("m1", "1"), Json("m2", "2", key: "k"));

        await Sender("orders.fifo").SendAsync(batch, Token);

        Assert.Equal("1", FakeSqs.Id(Entry()));
        Assert.Null(batch.FailureOf(1));
        var failure = Assert.IsType<TransportException>(batch.FailureOf(0));
        Assert.Equal(FailureKind.Permanent, failure.Kind);
        Assert.Contains("KeyBy", failure.Message, StringComparison.Ordinal);
        Assert.Contains("PublishOptions.Key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_of_nothing_but_faults_makes_no_call()
    {
        var batch = new TransportBatch<Envelope>(Json("m1", "1"));

        await Sender("orders.fifo").SendAsync(batch, Token);

        Assert.Equal(1, batch.FailedCount);
        Assert.Empty(_sqs.Requests("SendMessageBatch"));
    }

    [Theory]
    [InlineData("Zürich")]
    [InlineData("with space")]
    [InlineData("")]
    [InlineData("line\nbreak")]
    public async Task Key_and_id_that_SQS_would_refuse_are_replaced_by_a_stable_hash(string key)
    {
        var sender = Sender("orders.fifo");

        await sender.SendAsync(new(Json("id " + key, "1", key)), Token);
        await sender.SendAsync(new(Json("id " + key, "1", key)), Token);

        var entries = _sqs.Requests("SendMessageBatch").Select(request => Assert.Single(FakeSqs.Entries(request))).ToArray();
        foreach (var name in new[] { "MessageGroupId", "MessageDeduplicationId" })
        {
            var value = entries[0][name]!.GetValue<string>();
            Assert.Matches("^[0-9a-f]{64}$", value);
            Assert.Equal(value, entries[1][name]!.GetValue<string>());
        }

        Assert.True(CloudEventsJson.TryRead(Encoding.UTF8.GetBytes(entries[0]["MessageBody"]!.GetValue<string>()), out var read));
        Assert.Equal(key, read.Key);
        Assert.Equal("id " + key, read.Id);
    }

    [Fact]
    public async Task Longest_legal_key_stays_and_a_longer_one_is_hashed()
    {
        var sender = Sender("orders.fifo");
        var (longest, longer) = (new string('k', 128), new string('k', 129));

        await sender.SendAsync(new(Json("a", "1", longest), Json("b", "1", longer)), Token);

        var entries = FakeSqs.Entries(_sqs.Request("SendMessageBatch"));
        Assert.Equal(longest, entries[0]["MessageGroupId"]!.GetValue<string>());
        Assert.Equal(64, entries[1]["MessageGroupId"]!.GetValue<string>().Length);
    }

    [Fact]
    public async Task Delay_is_rounded_up_to_whole_seconds()
    {
        var batch = new TransportBatch<Envelope>(Delayed(1.2), Delayed(0), Delayed(900), Delayed(0.001));

        await Sender("orders").SendAsync(batch, Token);

        Assert.Equal(0, batch.FailedCount);
        Assert.Equal([2, null, 900, 1], FakeSqs.Entries(_sqs.Request("SendMessageBatch")).Select(entry => entry["DelaySeconds"]?.GetValue<int>()));
    }

    [Fact]
    public async Task Delay_over_fifteen_minutes_fails_alone()
    {
        var batch = new TransportBatch<Envelope>(Delayed(900.5), Delayed(1));

        await Sender("orders").SendAsync(batch, Token);

        Assert.Equal(FailureKind.Permanent, KindOf(batch, 0));
        Assert.Contains("15 minutes", batch.FailureOf(0)!.Message, StringComparison.Ordinal);
        Assert.Null(batch.FailureOf(1));
    }

    [Fact]
    public async Task Delay_on_a_fifo_queue_fails_alone()
    {
        var batch = new TransportBatch<Envelope>(Delayed(1), Json("m2", "2", "k"));

        await Sender("orders.fifo").SendAsync(batch, Token);

        Assert.Equal(FailureKind.Permanent, KindOf(batch, 0));
        Assert.Contains("FIFO", batch.FailureOf(0)!.Message, StringComparison.Ordinal);
        Assert.Null(batch.FailureOf(1));
    }

    [Fact]
    public async Task Trace_parent_travels_as_the_system_attribute_of_X_Ray_too()
    {
        var (traced, bad) = (Json("m1", "1"), Json("m2", "2"));
        traced.Headers.Set("traceparent", "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
        bad.Headers.Set("traceparent", "nonsense");

        await Sender("orders").SendAsync(new(traced, bad), Token);

        var entries = FakeSqs.Entries(_sqs.Request("SendMessageBatch"));
        var attribute = entries[0]["MessageSystemAttributes"]!["AWSTraceHeader"]!;
        Assert.Equal("String", attribute["DataType"]!.GetValue<string>());
        Assert.Equal("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", attribute["StringValue"]!.GetValue<string>());
        Assert.Null(entries[1]["MessageSystemAttributes"]);
    }

    [Fact]
    public async Task Limit_of_the_queue_is_read_once_and_lowers_that_of_a_message()
    {
        _sqs.On("GetQueueAttributes", _ => new() { ["Attributes"] = new JsonObject { ["MaximumMessageSize"] = "1024" } });
        var sender = Sender("orders");
        var batch = new TransportBatch<Envelope>(Json("m1", '"' + new string('x', 1000) + '"'), Json("m2", "2"));

        await sender.SendAsync(batch, Token);
        await sender.SendAsync(new(Json("m3", "3")), Token);

        Assert.Equal(1024, sender.Limits.MessageBytes);
        Assert.Equal(FailureKind.TooLarge, KindOf(batch, 0));
        Assert.Null(batch.FailureOf(1));
        Assert.Equal("MaximumMessageSize", _sqs.Request("GetQueueAttributes")["AttributeNames"]!.AsArray().Single()!.GetValue<string>());
    }

    [Theory]
    [InlineData("AccessDenied", HttpStatusCode.Forbidden)]
    [InlineData("InternalError", HttpStatusCode.InternalServerError)]
    public async Task Limit_that_may_not_be_read_does_not_hinder_the_publish(string code, HttpStatusCode status)
    {
        _sqs.Refuse("GetQueueAttributes", code, status: status);
        var sender = Sender("orders");
        var batch = new TransportBatch<Envelope>(Json("m1", "1"));

        await sender.SendAsync(batch, Token);
        await sender.SendAsync(batch, Token);

        Assert.Equal(0, batch.FailedCount);
        Assert.Equal(1_048_576, sender.Limits.MessageBytes);
        Assert.Single(_sqs.Requests("GetQueueAttributes"));
        Assert.Equal(LogLevel.Information, Assert.Single(_log.Lines).Level);
    }

    [Fact]
    public async Task Queue_that_takes_less_than_it_should_makes_batches_smaller_until_the_one_to_blame_is_alone()
    {
        _sqs.Refuse("SendMessageBatch", "BatchRequestTooLong", legacyCode: "AWS.SimpleQueueService.BatchRequestTooLong");
        var sender = Sender("orders");
        var (large, small) = (Json("m1", '"' + new string('x', 3000) + '"'), Json("m2", '"' + new string('x', 1000) + '"'));

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await sender.SendAsync(new(large, small), Token));
        Assert.Equal(FailureKind.TooLarge, failure.Kind);
        Assert.Equal(sender.Measure(large), sender.Limits.BatchBytes);

        failure = await Assert.ThrowsAsync<TransportException>(async () => await sender.SendAsync(new(large), Token));
        Assert.Equal(FailureKind.TooLarge, failure.Kind);
    }

    [Fact]
    public async Task Messages_that_are_too_large_together_for_the_queue_are_all_published()
    {
        const int TakesTogether = 100_000;
        _sqs.On("SendMessageBatch", request => Task.FromResult(
            FakeSqs.Entries(request).Sum(entry => entry["MessageBody"]!.GetValue<string>().Length) <= TakesTogether
                ? FakeSqs.Json(FakeSqs.Accepted(request))
                : FakeSqs.Error("BatchRequestTooLong", "no", legacyCode: "AWS.SimpleQueueService.BatchRequestTooLong")));
        var services = new ServiceCollection();
        services.AddMessaging(kit =>
        {
            kit.Publish<string>("text", to => to.Sqs("orders", options => options.Client = _sqs.Client));
            kit.Configure(options => options.Sending.MaxConcurrentCalls = 1);
        });
        await using var provider = services.BuildServiceProvider();
        var bus = provider.GetRequiredService<IMessageBus>();

        var outcomes = await bus.PublishManyAsync(Enumerable.Range(0, 20).Select(_ => new string('x', 30_000)), null, Token);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
    }

    [Fact]
    public async Task Call_that_fails_as_a_whole_throws_in_its_kind()
    {
        _sqs.Refuse("SendMessageBatch", "RequestThrottled", status: HttpStatusCode.Forbidden, legacyCode: "RequestThrottled");

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await Sender("orders").SendAsync(new(Json("m1", "1")), Token));

        Assert.Equal(FailureKind.Throttled, failure.Kind);
    }

    [Fact]
    public async Task Connection_that_breaks_is_transient()
    {
        _sqs.On("SendMessageBatch", _ => Task.FromException<HttpResponseMessage>(new HttpRequestException("reset")));

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await Sender("orders").SendAsync(new(Json("m1", "1")), Token));

        Assert.Equal(FailureKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task Callers_cancellation_is_a_cancellation()
    {
        var (started, answer) = (new TaskCompletionSource(), new TaskCompletionSource<HttpResponseMessage>());
        _sqs.On("SendMessageBatch", _ =>
        {
            started.SetResult();
            return answer.Task;
        });
        using var cancelled = new CancellationTokenSource();

        var send = Sender("orders").SendAsync(new(Json("m1", "1")), cancelled.Token);
        await started.Task;
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await send);
    }

    [Fact]
    public async Task Missing_queue_is_not_found_and_recovers_when_it_is_created()
    {
        _sqs.Refuse("GetQueueUrl", "QueueDoesNotExist", legacyCode: "AWS.SimpleQueueService.NonExistentQueue");
        var sender = Sender("orders");
        var failure = await Assert.ThrowsAsync<TransportException>(async () => await sender.SendAsync(new(Json("m1", "1")), Token));
        Assert.Equal(FailureKind.NotFound, failure.Kind);

        _sqs.On("GetQueueUrl", _ => new() { ["QueueUrl"] = "http://localhost/1/orders" });
        await sender.SendAsync(new(Json("m1", "1")), Token);

        Assert.Equal("http://localhost/1/orders", _sqs.Request("SendMessageBatch")["QueueUrl"]!.GetValue<string>());
    }

    [Fact]
    public async Task Queue_that_is_deleted_and_created_again_is_asked_for_again()
    {
        var sender = Sender("orders");
        await sender.SendAsync(new(Json("m1", "1")), Token);
        _sqs.Refuse("SendMessageBatch", "QueueDoesNotExist", legacyCode: "AWS.SimpleQueueService.NonExistentQueue");
        await Assert.ThrowsAsync<TransportException>(async () => await sender.SendAsync(new(Json("m2", "1")), Token));

        _sqs.On("GetQueueUrl", _ => new() { ["QueueUrl"] = "http://localhost/2/orders" });
        _sqs.On("SendMessageBatch", request => FakeSqs.Accepted(request));
        await sender.SendAsync(new(Json("m3", "1")), Token);
        await sender.SendAsync(new(Json("m4", "1")), Token);

        Assert.Equal("http://localhost/2/orders", _sqs.Requests("SendMessageBatch")[^1]["QueueUrl"]!.GetValue<string>());
        Assert.Equal(2, _sqs.Requests("GetQueueUrl").Count);
    }

    [Fact]
    public async Task Queue_that_is_named_by_its_URL_is_not_asked_for()
    {
        await Sender("https://sqs.eu-west-1.amazonaws.com/123456789012/orders").SendAsync(new(Json("m1", "1")), Token);

        Assert.Empty(_sqs.Requests("GetQueueUrl"));
        Assert.Equal("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", _sqs.Request("SendMessageBatch")["QueueUrl"]!.GetValue<string>());
    }

    [Fact]
    public async Task Sending_after_dispose_is_refused()
    {
        var sender = Sender("orders");
        await sender.DisposeAsync();
        await sender.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await sender.SendAsync(new(Json("m1", "1")), Token));
        Assert.Empty(_sqs.Actions());
    }

    [Fact]
    public async Task Body_whose_checksum_does_not_match_is_sent_again()
    {
        _sqs.On("SendMessageBatch", request =>
        {
            var answer = FakeSqs.Accepted(request);
            answer["Successful"]![0]!["MD5OfMessageBody"] = ValidationResponseHandler.CalculateMD5("other");
            return answer;
        });

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await Sender("orders").SendAsync(new(Json("m1", "1")), Token));

        Assert.Equal(FailureKind.Transient, failure.Kind);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Envelope Json(string id, string body, string? key = null) => new(id, "test", Encoding.UTF8.GetBytes(body)) { Key = key };

    private static Envelope Delayed(double seconds) => new("m1", "test", "1"u8.ToArray()) { Key = "k", Delay = TimeSpan.FromSeconds(seconds) };

    private static FailureKind KindOf<T>(TransportBatch<T> batch, int index) => Assert.IsType<TransportException>(batch.FailureOf(index)).Kind;

    private SqsSender Sender(string queue) => new(new SqsQueue(queue, _sqs.Client), _log);

    private JsonObject Entry() => Assert.Single(FakeSqs.Entries(_sqs.Request("SendMessageBatch")));
}
