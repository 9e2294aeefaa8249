using System.Net;
using System.Text.Json.Nodes;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsReceiverTests : IDisposable
{
    private readonly FakeSqs _sqs = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ListLogger<SqsReceiver> _log = new();

    public void Dispose() => _sqs.Dispose();

    [Fact]
    public void Features_and_limits_are_those_of_the_kind_of_queue()
    {
        const TransportFeatures Any = TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay | TransportFeatures.Lease;
        var receiver = Receiver("orders", options => options.VisibilityTimeout = TimeSpan.FromSeconds(45));

        Assert.Equal(Any, receiver.Features);
        Assert.Equal(Any | TransportFeatures.Ordering, Receiver("orders.fifo").Features);
        Assert.Equal(10, receiver.Limits.BatchCount);
        Assert.Equal(TimeSpan.FromSeconds(45), receiver.LeaseDuration);
        Assert.Equal(TimeSpan.FromHours(12), receiver.MaxLease);
    }

    [Fact]
    public async Task Receive_asks_for_what_it_needs_and_states_its_lease()
    {
        var receiver = Receiver("orders", options => (options.WaitTime, options.VisibilityTimeout) = (TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(45)));

        Assert.Empty(await receiver.ReceiveAsync(99, Token));

        var request = _sqs.Request("ReceiveMessage");
        Assert.Equal(10, request["MaxNumberOfMessages"]!.GetValue<int>());
        Assert.Equal(7, request["WaitTimeSeconds"]!.GetValue<int>());
        Assert.Equal(45, request["VisibilityTimeout"]!.GetValue<int>());
        Assert.Equal(["All"], request["MessageAttributeNames"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(
            ["AWSTraceHeader", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "MessageGroupId", "SentTimestamp"],
            request["MessageSystemAttributeNames"]!.AsArray().Select(name => name!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Null(request["AttributeNames"]);
    }

    [Fact]
    public async Task Messages_come_in_their_order_with_their_counts()
    {
        _sqs.Receive(FakeSqs.Message("1", "a", "g", received: 1), FakeSqs.Message("2", "b", "g", received: 4));

        var messages = await Receiver("orders.fifo").ReceiveAsync(2, Token);

        Assert.Equal(["a", "b"], messages.Select(message => message.Id));
        Assert.Equal([1, 4], messages.Select(message => message.DeliveryCount));
        Assert.All(messages, message => Assert.Equal("g", message.Key));
        Assert.Equal(2, _sqs.Request("ReceiveMessage")["MaxNumberOfMessages"]!.GetValue<int>());
    }

    [Fact]
    public async Task Receive_of_less_than_one_message_is_refused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Receiver("orders").ReceiveAsync(0, Token));

    [Theory]
    [InlineData("OverLimit", "OverLimit", HttpStatusCode.Forbidden, FailureKind.Transient)]
    [InlineData("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", HttpStatusCode.BadRequest, FailureKind.NotFound)]
    [InlineData("QueueDoesNotExist", null, HttpStatusCode.BadRequest, FailureKind.NotFound)]
    [InlineData("KmsThrottled", "KMS.ThrottlingException", HttpStatusCode.BadRequest, FailureKind.Throttled)]
    [InlineData("KmsAccessDenied", "KMS.AccessDeniedException", HttpStatusCode.BadRequest, FailureKind.Denied)]
    public async Task Receive_that_fails_throws_in_its_kind(string code, string? legacyCode, HttpStatusCode status, FailureKind kind)
    {
        _sqs.Refuse("ReceiveMessage", code, status: status, legacyCode: legacyCode);

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await Receiver("orders").ReceiveAsync(1, Token));

        Assert.Equal(kind, failure.Kind);
    }

    [Fact]
    public async Task Queue_that_comes_back_is_received_from_again()
    {
        var receiver = Receiver("orders");
        _sqs.Refuse("ReceiveMessage", "QueueDoesNotExist");
        await Assert.ThrowsAsync<TransportException>(async () => await receiver.ReceiveAsync(1, Token));

        _sqs.On("GetQueueUrl", _ => new() { ["QueueUrl"] = "http://localhost/2/orders" });
        _sqs.Receive(FakeSqs.Message("1"));

        Assert.Single(await receiver.ReceiveAsync(1, Token));
        Assert.Equal("http://localhost/2/orders", _sqs.Requests("ReceiveMessage")[^1]["QueueUrl"]!.GetValue<string>());
    }

    [Fact]
    public async Task Cancelled_receive_ends_at_once_and_what_its_poll_brings_goes_back_the_last_first()
    {
        var poll = HoldPoll();
        var receiver = Receiver("orders.fifo");
        using var cancelled = new CancellationTokenSource();
        var receive = receiver.ReceiveAsync(3, cancelled.Token);
        await poll.Started;

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receive);
        var dispose = receiver.DisposeAsync();
        Assert.False(dispose.IsCompleted);
        Assert.Empty(_sqs.Requests("ChangeMessageVisibilityBatch"));

        poll.Answer(FakeSqs.Messages(FakeSqs.Message("1", "a", "g"), FakeSqs.Message("2", "b", "g"), FakeSqs.Message("3", "c", "g")));
        await dispose;

        var entries = FakeSqs.Entries(_sqs.Request("ChangeMessageVisibilityBatch"));
        Assert.Equal(["handle-c", "handle-b", "handle-a"], entries.Select(Handle));
        Assert.All(entries, entry => Assert.Equal(0, entry["VisibilityTimeout"]!.GetValue<int>()));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Cancelled_receive_whose_poll_brings_nothing_leaves_no_trace()
    {
        var poll = HoldPoll();
        var receiver = Receiver("orders");
        using var cancelled = new CancellationTokenSource();
        var receive = receiver.ReceiveAsync(3, cancelled.Token);
        await poll.Started;
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receive);

        poll.Answer([]);
        await receiver.DisposeAsync();

        Assert.Equal(["GetQueueUrl", "ReceiveMessage"], _sqs.Actions());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Poll_that_fails_after_its_receive_was_cancelled_is_logged()
    {
        var poll = HoldPoll();
        var receiver = Receiver("orders");
        using var cancelled = new CancellationTokenSource();
        var receive = receiver.ReceiveAsync(3, cancelled.Token);
        await poll.Started;
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receive);

        poll.Fail(new HttpRequestException("reset"));
        await receiver.DisposeAsync();

        var line = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("orders", line.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_that_cannot_be_given_back_is_logged(bool wholeCallFails)
    {
        if (wholeCallFails)
        {
            _sqs.Refuse("ChangeMessageVisibilityBatch", "InternalError", status: HttpStatusCode.InternalServerError);
        }
        else
        {
            _sqs.On("ChangeMessageVisibilityBatch", _ => new() { ["Failed"] = new JsonArray(FakeSqs.Failed("0", "InternalError", false)) });
        }

        var poll = HoldPoll();
        var receiver = Receiver("orders");
        using var cancelled = new CancellationTokenSource();
        var receive = receiver.ReceiveAsync(3, cancelled.Token);
        await poll.Started;
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receive);

        poll.Answer(FakeSqs.Messages(FakeSqs.Message("1", "lost")));
        await receiver.DisposeAsync();

        var line = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("lost", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_that_is_cancelled_before_it_begins_asks_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Receiver("orders").ReceiveAsync(1, new CancellationToken(canceled: true)));

        Assert.Empty(_sqs.Actions());
    }

    [Fact]
    public async Task Receive_that_is_cancelled_while_it_looks_for_the_queue_does_not_poll()
    {
        var (started, answer) = (new TaskCompletionSource(), new TaskCompletionSource<HttpResponseMessage>());
        _sqs.On("GetQueueUrl", _ =>
        {
            started.SetResult();
            return answer.Task;
        });
        var receiver = Receiver("orders");
        using var cancelled = new CancellationTokenSource();
        var receive = receiver.ReceiveAsync(1, cancelled.Token);
        await started.Task;

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receive);
        answer.SetResult(FakeSqs.Json(new JsonObject { ["QueueUrl"] = "http://localhost/1/orders" }));
        await receiver.DisposeAsync();

        Assert.Empty(_sqs.Requests("ReceiveMessage"));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Receive_under_way_ends_when_the_receiver_is_disposed_and_its_messages_go_back()
    {
        var poll = HoldPoll();
        var receiver = Receiver("orders");
        var receive = receiver.ReceiveAsync(1, Token);
        await poll.Started;

        var dispose = receiver.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await receive);
        poll.Answer(FakeSqs.Messages(FakeSqs.Message("1", "a")));
        await dispose;

        Assert.Equal(["handle-a"], FakeSqs.Entries(_sqs.Request("ChangeMessageVisibilityBatch")).Select(Handle));
    }

    [Fact]
    public async Task Nothing_works_after_dispose_and_a_second_dispose_changes_nothing()
    {
        var receiver = Receiver("orders");
        var envelope = await ReceiveOneAsync(receiver);
        await receiver.DisposeAsync();
        await receiver.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await receiver.ReceiveAsync(1, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await receiver.SettleAsync(new(new SettledEnvelope(envelope, Settlement.Ack)), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await receiver.RenewAsync(new(envelope), Token));
    }

    [Fact]
    public async Task Settling_is_one_delete_and_one_return_each_in_order()
    {
        var receiver = Receiver("orders");
        var messages = await ReceiveAsync(receiver, "a", "b", "c", "d", "e");
        var batch = new TransportBatch<SettledEnvelope>(
            new(messages[0], Settlement.Nack(TimeSpan.FromSeconds(1.5))),
            new(messages[1], Settlement.Ack),
            new(messages[2], Settlement.Nack()),
            new(messages[3], Settlement.Ack),
            new(messages[4], Settlement.Nack(TimeSpan.FromSeconds(3))));

        await receiver.SettleAsync(batch, Token);

        Assert.Equal(0, batch.FailedCount);
        Assert.Equal(["handle-b", "handle-d"], FakeSqs.Entries(_sqs.Request("DeleteMessageBatch")).Select(Handle));
        var returned = FakeSqs.Entries(_sqs.Request("ChangeMessageVisibilityBatch"));
        Assert.Equal(["handle-a", "handle-c", "handle-e"], returned.Select(Handle));
        Assert.Equal([2, 0, 3], returned.Select(entry => entry["VisibilityTimeout"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Settling_again_changes_nothing()
    {
        var receiver = Receiver("orders");
        var messages = await ReceiveAsync(receiver, "a", "b");
        await receiver.SettleAsync(new(new SettledEnvelope(messages[0], Settlement.Ack), new(messages[1], Settlement.Nack())), Token);

        var again = new TransportBatch<SettledEnvelope>(new(messages[0], Settlement.Nack()), new(messages[1], Settlement.Ack));
        await receiver.SettleAsync(again, Token);

        Assert.Equal(0, again.FailedCount);
        Assert.Single(_sqs.Requests("DeleteMessageBatch"));
        Assert.Single(_sqs.Requests("ChangeMessageVisibilityBatch"));
    }

    [Fact]
    public async Task Entries_that_cannot_be_settled_fail_alone_and_can_be_settled_again()
    {
        _sqs.On("DeleteMessageBatch", request =>
        {
            var answer = FakeSqs.Accepted(request, "0", "1", "2");
            answer["Failed"] = new JsonArray(
                FakeSqs.Failed("0", "ReceiptHandleIsInvalid", true),
                FakeSqs.Failed("1", "InternalError", false));
            return answer;
        });
        _sqs.On("ChangeMessageVisibilityBatch", request =>
        {
            var answer = FakeSqs.Accepted(request, "4", "5");
            answer["Failed"] = new JsonArray(
                FakeSqs.Failed("4", "AWS.SimpleQueueService.MessageNotInflight", true),
                FakeSqs.Failed("5", "InvalidParameterValue", true, "Value x for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."));
            return answer;
        });
        var receiver = Receiver("orders");
        var messages = await ReceiveAsync(receiver, "a", "b", "c", "d", "e", "f", "g");
        var batch = new TransportBatch<SettledEnvelope>(
            [.. messages.Select((message, i) => new SettledEnvelope(message, i < 4 ? Settlement.Ack : Settlement.Nack()))]);

        await receiver.SettleAsync(batch, Token);

        Assert.Equal(
            [FailureKind.NotFound, FailureKind.Transient, FailureKind.Transient, null, FailureKind.NotFound, FailureKind.NotFound, null],
            Enumerable.Range(0, 7).Select(i => KindOf(batch, i)));

        await receiver.SettleAsync(new(new SettledEnvelope(messages[1], Settlement.Ack), new(messages[3], Settlement.Ack)), Token);
        Assert.Equal(["handle-b"], FakeSqs.Entries(_sqs.Requests("DeleteMessageBatch")[1]).Select(Handle));
    }

    [Fact]
    public async Task Call_that_fails_as_a_whole_says_nothing_about_the_entries_of_the_other()
    {
        _sqs.Refuse("DeleteMessageBatch", "RequestThrottled", status: HttpStatusCode.Forbidden);
        var receiver = Receiver("orders");
        var messages = await ReceiveAsync(receiver, "a", "b");
        var batch = new TransportBatch<SettledEnvelope>(new(messages[0], Settlement.Ack), new(messages[1], Settlement.Nack()));

        await receiver.SettleAsync(batch, Token);

        Assert.Equal(FailureKind.Throttled, KindOf(batch, 0));
        Assert.Null(batch.FailureOf(1));
    }

    [Fact]
    public async Task Answer_without_any_lists_fails_every_entry()
    {
        _sqs.On("DeleteMessageBatch", _ => []);
        _sqs.On("ChangeMessageVisibilityBatch", _ => []);
        var receiver = Receiver("orders");
        var messages = await ReceiveAsync(receiver, "a", "b");
        var batch = new TransportBatch<SettledEnvelope>(new(messages[0], Settlement.Ack), new(messages[1], Settlement.Nack()));

        await receiver.SettleAsync(batch, Token);

        Assert.Equal(2, batch.FailedCount);
    }

    [Fact]
    public async Task Message_whose_lease_is_over_is_not_found_and_left_alone()
    {
        var receiver = Receiver("orders");
        var messages = await ReceiveAsync(receiver, "a", "b");
        _time.Advance(TimeSpan.FromSeconds(30));
        var batch = new TransportBatch<SettledEnvelope>(new(messages[0], Settlement.Ack), new(messages[1], Settlement.Nack()));

        await receiver.SettleAsync(batch, Token);
        var renewal = new TransportBatch<ReceivedEnvelope>(messages[0]);
        await receiver.RenewAsync(renewal, Token);

        Assert.Equal([FailureKind.NotFound, FailureKind.NotFound], [KindOf(batch, 0), KindOf(batch, 1)]);
        Assert.Equal(FailureKind.NotFound, KindOf(renewal, 0));
        Assert.Equal(["GetQueueUrl", "ReceiveMessage"], _sqs.Actions());
    }

    [Fact]
    public async Task Renewed_lease_lasts_from_its_renewal()
    {
        var receiver = Receiver("orders");
        var envelope = await ReceiveOneAsync(receiver);
        _time.Advance(TimeSpan.FromSeconds(29));
        var renewal = new TransportBatch<ReceivedEnvelope>(envelope);
        await receiver.RenewAsync(renewal, Token);
        _time.Advance(TimeSpan.FromSeconds(29));
        var batch = new TransportBatch<SettledEnvelope>(new SettledEnvelope(envelope, Settlement.Ack));

        await receiver.SettleAsync(batch, Token);

        Assert.Equal(0, renewal.FailedCount + batch.FailedCount);
        Assert.Equal(30, Assert.Single(FakeSqs.Entries(_sqs.Request("ChangeMessageVisibilityBatch")))["VisibilityTimeout"]!.GetValue<int>());
        Assert.Single(_sqs.Requests("DeleteMessageBatch"));
    }

    [Fact]
    public async Task Renewal_that_fails_leaves_the_lease_as_it_was()
    {
        _sqs.On("ChangeMessageVisibilityBatch", request =>
        {
            var answer = FakeSqs.Accepted(request, "0", "1");
            answer["Failed"] = new JsonArray(FakeSqs.Failed("0", "InternalError", false), FakeSqs.Failed("1", "ReceiptHandleIsInvalid", true));
            return answer;
        });
        var receiver = Receiver("orders");
        var messages = await ReceiveAsync(receiver, "a", "b", "c");
        _time.Advance(TimeSpan.FromSeconds(20));
        var renewal = new TransportBatch<ReceivedEnvelope>(messages[0], messages[1], messages[2]);
        await receiver.RenewAsync(renewal, Token);
        _time.Advance(TimeSpan.FromSeconds(20));

        var batch = new TransportBatch<SettledEnvelope>([.. messages.Select(message => new SettledEnvelope(message, Settlement.Ack))]);
        await receiver.SettleAsync(batch, Token);

        Assert.Equal([FailureKind.Transient, FailureKind.NotFound, null], Enumerable.Range(0, 3).Select(i => KindOf(renewal, i)));
        Assert.Equal([FailureKind.NotFound, FailureKind.NotFound, null], Enumerable.Range(0, 3).Select(i => KindOf(batch, i)));
    }

    [Fact]
    public async Task Settled_message_is_not_renewed()
    {
        var receiver = Receiver("orders");
        var envelope = await ReceiveOneAsync(receiver);
        await receiver.SettleAsync(new(new SettledEnvelope(envelope, Settlement.Ack)), Token);
        var renewal = new TransportBatch<ReceivedEnvelope>(envelope);

        await receiver.RenewAsync(renewal, Token);

        Assert.Equal(FailureKind.NotFound, KindOf(renewal, 0));
        Assert.Empty(_sqs.Requests("ChangeMessageVisibilityBatch"));
    }

    [Fact]
    public async Task Renewal_that_fails_as_a_whole_throws()
    {
        _sqs.Refuse("ChangeMessageVisibilityBatch", "ServiceUnavailable", status: HttpStatusCode.ServiceUnavailable);
        var receiver = Receiver("orders");
        var envelope = await ReceiveOneAsync(receiver);

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await receiver.RenewAsync(new(envelope), Token));

        Assert.Equal(FailureKind.Transient, failure.Kind);
    }

    [Fact]
    public async Task Return_stays_within_twelve_hours_from_the_receive()
    {
        var receiver = Receiver("orders", options => options.VisibilityTimeout = TimeSpan.FromHours(12));
        var envelope = await ReceiveOneAsync(receiver);
        _time.Advance(TimeSpan.FromHours(2) + TimeSpan.FromSeconds(0.5));

        await receiver.SettleAsync(new(new SettledEnvelope(envelope, Settlement.Nack(TimeSpan.FromDays(3)))), Token);

        Assert.Equal((10 * 3600) - 1, Assert.Single(FakeSqs.Entries(_sqs.Request("ChangeMessageVisibilityBatch")))["VisibilityTimeout"]!.GetValue<int>());
    }

    [Fact]
    public async Task Twelve_hours_count_from_before_the_poll_for_SQS_may_have_begun_then()
    {
        var poll = HoldPoll();
        var receiver = Receiver("orders");
        var receive = receiver.ReceiveAsync(1, Token);
        await poll.Started;
        _time.Advance(TimeSpan.FromSeconds(9));
        poll.Answer(FakeSqs.Messages(FakeSqs.Message("1", "a")));
        var envelope = Assert.Single(await receive);

        await receiver.SettleAsync(new(new SettledEnvelope(envelope, Settlement.Nack(TimeSpan.FromHours(12)))), Token);

        Assert.Equal(43_200 - 9, Assert.Single(FakeSqs.Entries(_sqs.Request("ChangeMessageVisibilityBatch")))["VisibilityTimeout"]!.GetValue<int>());
    }

    [Fact]
    public async Task Renewals_end_with_the_twelve_hours()
    {
        var receiver = Receiver("orders", options => options.VisibilityTimeout = TimeSpan.FromHours(5));
        var envelope = await ReceiveOneAsync(receiver);
        var seconds = new List<int>();
        var renewal = new TransportBatch<ReceivedEnvelope>(envelope);
        while (renewal.FailedCount == 0)
        {
            _time.Advance(TimeSpan.FromHours(4) - TimeSpan.FromSeconds(0.5));
            await receiver.RenewAsync(renewal, Token);
            if (renewal.FailedCount == 0)
            {
                seconds.Add(Assert.Single(FakeSqs.Entries(_sqs.Requests("ChangeMessageVisibilityBatch")[^1]))["VisibilityTimeout"]!.GetValue<int>());
            }
        }

        // The third renewal finds the last second of the twelve hours.
        Assert.Equal([5 * 3600, (4 * 3600) + 1, 1], seconds);
        Assert.Equal(FailureKind.NotFound, KindOf(renewal, 0));
    }

    [Fact]
    public async Task Envelope_of_somebody_else_is_a_mistake_of_the_caller()
    {
        var receiver = Receiver("orders");

        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await receiver.SettleAsync(new(new SettledEnvelope(new ReceivedEnvelope("a", "", default), Settlement.Ack)), Token));
    }

    [Fact]
    public async Task Backlog_is_what_the_queue_says()
    {
        _sqs.On("GetQueueAttributes", _ => new()
        {
            ["Attributes"] = new JsonObject
            {
                ["ApproximateNumberOfMessages"] = "5",
                ["ApproximateNumberOfMessagesNotVisible"] = "3",
                ["ApproximateNumberOfMessagesDelayed"] = "1",
            },
        });

        Assert.Equal(new Backlog(5, 3, 1), await Receiver("orders").GetBacklogAsync(Token));
    }

    [Fact]
    public async Task Backlog_of_an_answer_without_figures_is_nothing() =>
        Assert.Equal(default, await Receiver("orders").GetBacklogAsync(Token));

    [Fact]
    public async Task Many_receives_cancelled_at_any_moment_leave_no_message_behind()
    {
        var (handedOut, random) = (0, new Random(7));
        _sqs.On("ReceiveMessage", async _ =>
        {
            await Task.Yield();
            return FakeSqs.Json(FakeSqs.Messages(FakeSqs.Message("1", "m" + Interlocked.Increment(ref handedOut))));
        });
        var receiver = Receiver("orders");
        var received = new System.Collections.Concurrent.ConcurrentBag<string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, 500), Token, async (i, _) =>
        {
            using var cancelled = new CancellationTokenSource();
            var receive = receiver.ReceiveAsync(1, cancelled.Token).AsTask();
            if (i % 2 == 0)
            {
                await cancelled.CancelAsync();
            }

            try
            {
                foreach (var message in await receive)
                {
                    received.Add(((SqsReceivedEnvelope)message).ReceiptHandle);
                }
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancelled.IsCancellationRequested);
            }
        });
        await receiver.DisposeAsync();

        var returned = _sqs.Requests("ChangeMessageVisibilityBatch").SelectMany(FakeSqs.Entries).Select(Handle);
        Assert.Equal(handedOut, received.Concat(returned).Distinct().Count());
        Assert.Equal(handedOut, received.Count + returned.Count());
        Assert.Empty(_log.Lines);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Handle(JsonObject entry) => entry["ReceiptHandle"]!.GetValue<string>();

    private static FailureKind? KindOf<T>(TransportBatch<T> batch, int index) => (batch.FailureOf(index) as TransportException)?.Kind;

    private SqsReceiver Receiver(string queue, Action<SqsTransportOptions>? configure = null)
    {
        var options = new SqsTransportOptions();
        configure?.Invoke(options);
        return new(new SqsQueue(queue, _sqs.Client), options, _time, _log);
    }

    private async Task<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(SqsReceiver receiver, params string[] ids)
    {
        _sqs.Receive([.. ids.Select(id => FakeSqs.Message("1", id))]);
        return await receiver.ReceiveAsync(10, Token);
    }

    private async Task<ReceivedEnvelope> ReceiveOneAsync(SqsReceiver receiver) => Assert.Single(await ReceiveAsync(receiver, "a"));

    private HeldPoll HoldPoll()
    {
        var poll = new HeldPoll();
        _sqs.On("ReceiveMessage", _ => poll.RunAsync());
        return poll;
    }

    // A long poll that waits until the test lets it end.
    private sealed class HeldPoll
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task;

        public Task<HttpResponseMessage> RunAsync()
        {
            _started.SetResult();
            return _answer.Task;
        }

        public void Answer(JsonObject answer) => _answer.SetResult(FakeSqs.Json(answer));

        public void Fail(Exception exception) => _answer.SetException(exception);
    }
}
