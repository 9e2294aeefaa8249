using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using static Messaging.Kit.Sqs.Tests.LiveQueues;

namespace Messaging.Kit.Sqs.Tests;

/// <summary>What the adapter promises, against whatever endpoint the environment names.</summary>
public sealed class LiveQueueTests : IAsyncDisposable
{
    private readonly LiveQueues _queues = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _queues.DisposeAsync();

    [Fact]
    public async Task Message_arrives_whole()
    {
        var queue = await _queues.CreateAsync("whole");
        byte[] bytes = [0, 1, 0xFF, 0xC3, 0x28, 10];
        var json = new Envelope("id ü", "order.placed", "{\"a\":\"größer <&> 🚀\"}"u8.ToArray())
        {
            Source = "/orders",
            Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Key = "customer 7",
        };
        json.Headers.Set("tenant", "Zürich 🚀 \t \u0001");
        json.Headers.Set("traceparent", "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
        var binary = new Envelope("m2", "blob", bytes) { ContentType = "application/octet-stream" };
        var empty = new Envelope("m3", "empty", default);

        await SendAsync(_queues.Sender(queue), json, binary, empty);
        var received = (await ReceiveAsync(_queues.Receiver(queue), 3)).ToDictionary(envelope => envelope.Id);

        var read = received["id ü"];
        Assert.Equal((json.Type, json.Source, json.Time, json.Key), (read.Type, read.Source, read.Time, read.Key));
        Assert.Equal(json.Headers.ToArray(), read.Headers.ToArray());
        Assert.Equal(json.Body.ToArray(), read.Body.ToArray());
        Assert.Equal((1, true), (read.DeliveryCount, read.FirstDelivered is not null));
        Assert.Equal(("application/octet-stream", Convert.ToHexString(bytes)), (received["m2"].ContentType, Convert.ToHexString(received["m2"].Body.Span)));
        Assert.True(received["m3"].Body.IsEmpty);
        Assert.NotEqual(default, received["m3"].Time);
    }

    [Fact]
    public async Task Full_batch_arrives_and_acknowledged_messages_are_gone()
    {
        var queue = await _queues.CreateAsync("full");
        await SendAsync(_queues.Sender(queue), [.. Enumerable.Range(0, 10).Select(i => Message("m" + i))]);
        var receiver = _queues.Receiver(queue, leaseSeconds: 3);

        var received = await ReceiveAsync(receiver, 10);
        await SettleAsync(receiver, Settlement.Ack, [.. received]);

        Assert.Equal(10, received.Select(envelope => envelope.Id).Distinct().Count());
        await AssertNothingComesAsync(receiver, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Empty_queue_gives_nothing_after_the_wait()
    {
        var receiver = _queues.Receiver(await _queues.CreateAsync("empty"));
        var watch = Stopwatch.StartNew();

        Assert.Empty(await receiver.ReceiveAsync(10, Token));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Message_that_is_too_large_fails_alone()
    {
        var queue = await _queues.CreateAsync("large");
        var sender = _queues.Sender(queue);
        var batch = new TransportBatch<Envelope>(Large("m1", 1_048_577), Message("m2"));

        await sender.SendAsync(batch, Token);

        Assert.Equal(FailureKind.TooLarge, Assert.IsType<TransportException>(batch.FailureOf(0)).Kind);
        Assert.Null(batch.FailureOf(1));
        Assert.Equal("m2", (await ReceiveOneAsync(_queues.Receiver(queue))).Id);
    }

    [Fact]
    public async Task Largest_message_arrives()
    {
        var queue = await _queues.CreateAsync("largest");
        var sender = _queues.Sender(queue);
        var overhead = sender.Measure(Large("m1", 0));
        var largest = Large("m1", 1_048_576 - overhead);
        Assert.Equal(1_048_576, sender.Measure(largest));

        await SendAsync(sender, largest);

        Assert.Equal(largest.Body.Length, (await ReceiveOneAsync(_queues.Receiver(queue))).Body.Length);
    }

    [Fact]
    public async Task Batch_that_is_too_large_is_refused_as_such_and_the_next_ones_are_smaller()
    {
        var queue = await _queues.CreateAsync("batch");
        var sender = _queues.Sender(queue);

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await sender.SendAsync(new(Large("m1", 700_000), Large("m2", 700_000)), Token));

        Assert.Equal(FailureKind.TooLarge, failure.Kind);
        Assert.InRange(sender.Limits.BatchBytes, 700_000, 1_000_000);
        await SendAsync(sender, Large("m1", 700_000));
    }

    [Fact]
    public async Task Returned_message_comes_again_and_is_counted()
    {
        var queue = await _queues.CreateAsync("returned");
        await SendAsync(_queues.Sender(queue), Message("m1"));
        var receiver = _queues.Receiver(queue);

        for (var delivery = 1; delivery <= 3; delivery++)
        {
            var envelope = await ReceiveOneAsync(receiver);
            Assert.Equal(("m1", delivery), (envelope.Id, envelope.DeliveryCount));
            await SettleAsync(receiver, Settlement.Nack(), envelope);
        }
    }

    [Fact]
    public async Task Message_that_is_returned_with_a_delay_stays_away_for_it()
    {
        var queue = await _queues.CreateAsync("later");
        await SendAsync(_queues.Sender(queue), Message("m1"));
        var receiver = _queues.Receiver(queue);
        var envelope = await ReceiveOneAsync(receiver);

        await SettleAsync(receiver, Settlement.Nack(TimeSpan.FromSeconds(2.5)), envelope);
        var watch = Stopwatch.StartNew();
        envelope = await ReceiveOneAsync(receiver);

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20));
        Assert.Equal(2, envelope.DeliveryCount);
    }

    [Fact]
    public async Task Message_whose_lease_runs_out_comes_again_and_can_no_longer_be_settled()
    {
        var queue = await _queues.CreateAsync("lease");
        await SendAsync(_queues.Sender(queue), Message("m1"));
        var receiver = _queues.Receiver(queue, leaseSeconds: 2);
        var first = await ReceiveOneAsync(receiver);

        var second = await ReceiveOneAsync(receiver);
        var batch = new TransportBatch<SettledEnvelope>(new SettledEnvelope(first, Settlement.Ack));
        await receiver.SettleAsync(batch, Token);

        Assert.Equal(2, second.DeliveryCount);
        Assert.Equal(FailureKind.NotFound, Assert.IsType<TransportException>(batch.FailureOf(0)).Kind);
        await SettleAsync(receiver, Settlement.Ack, second);
    }

    [Fact]
    public async Task Renewed_message_stays_away()
    {
        var queue = await _queues.CreateAsync("renewed");
        await SendAsync(_queues.Sender(queue), Message("m1"));
        var receiver = _queues.Receiver(queue, leaseSeconds: 3);
        var envelope = await ReceiveOneAsync(receiver);

        for (var i = 0; i < 3; i++)
        {
            await AssertNothingComesAsync(receiver, TimeSpan.FromSeconds(1.5));
            var renewal = new TransportBatch<ReceivedEnvelope>(envelope);
            await receiver.RenewAsync(renewal, Token);
            Assert.Equal(0, renewal.FailedCount);
        }

        await SettleAsync(receiver, Settlement.Ack, envelope);
    }

    [Fact]
    public async Task Settling_twice_changes_nothing()
    {
        var queue = await _queues.CreateAsync("twice");
        await SendAsync(_queues.Sender(queue), Message("m1"));
        var receiver = _queues.Receiver(queue);
        var envelope = await ReceiveOneAsync(receiver);

        await SettleAsync(receiver, Settlement.Ack, envelope);
        await SettleAsync(receiver, Settlement.Ack, envelope);
        await SettleAsync(receiver, Settlement.Nack(), envelope);

        await AssertNothingComesAsync(receiver, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Message_that_others_have_deleted_meanwhile_does_not_hold_up_the_rest_of_its_batch()
    {
        var queue = await _queues.CreateAsync("gone");
        await SendAsync(_queues.Sender(queue), Message("m1"), Message("m2"));
        var receiver = _queues.Receiver(queue);
        var received = await ReceiveAsync(receiver, 2);
        var url = (await _queues.Client.GetQueueUrlAsync(queue, Token)).QueueUrl;
        await _queues.Client.DeleteMessageAsync(url, ((SqsReceivedEnvelope)received[0]).ReceiptHandle, Token);

        var batch = new TransportBatch<SettledEnvelope>([.. received.Select(envelope => new SettledEnvelope(envelope, Settlement.Nack()))]);
        await receiver.SettleAsync(batch, Token);

        Assert.Null(batch.FailureOf(1));
        Assert.Equal(received[1].Id, (await ReceiveOneAsync(receiver)).Id);
    }

    [Fact]
    public async Task Delayed_message_arrives_later()
    {
        var queue = await _queues.CreateAsync("delayed");
        var watch = Stopwatch.StartNew();
        await SendAsync(_queues.Sender(queue), Message("m1", delaySeconds: 1.5));

        await ReceiveOneAsync(_queues.Receiver(queue));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Fifo_messages_keep_their_order_also_when_they_are_returned()
    {
        var queue = await _queues.CreateAsync("order.fifo");
        var sender = _queues.Sender(queue);
        foreach (var i in Enumerable.Range(0, 6))
        {
            await SendAsync(sender, Message("a" + i, "group a"), Message("b" + i, "b"));
        }

        var receiver = _queues.Receiver(queue);
        var seen = new List<ReceivedEnvelope>();
        for (var rounds = 0; seen.Count < 12 && rounds < 60; rounds++)
        {
            var received = await receiver.ReceiveAsync(10, Token);

            // Handles the first of each group and returns the rest, the last first, as the pump does after a failure.
            var heads = received.GroupBy(envelope => envelope.Key).Select(group => group.First()).ToArray();
            foreach (var envelope in received.Except(heads).Reverse())
            {
                await SettleAsync(receiver, Settlement.Nack(), envelope);
            }

            if (heads.Length > 0)
            {
                await SettleAsync(receiver, Settlement.Ack, heads);
                seen.AddRange(heads);
            }
        }

        Assert.Equal(Enumerable.Range(0, 6).Select(i => "a" + i), seen.Where(envelope => envelope.Key == "group a").Select(envelope => envelope.Id));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => "b" + i), seen.Where(envelope => envelope.Key == "b").Select(envelope => envelope.Id));
    }

    [Fact]
    public async Task Fifo_message_of_the_same_id_is_accepted_and_not_delivered_again()
    {
        var queue = await _queues.CreateAsync("dedup.fifo");
        var sender = _queues.Sender(queue);
        await SendAsync(sender, Message("ü 1", "k"));
        await SendAsync(sender, Message("ü 1", "k"));
        var receiver = _queues.Receiver(queue);

        await SettleAsync(receiver, Settlement.Ack, await ReceiveOneAsync(receiver));

        await AssertNothingComesAsync(receiver, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Fifo_key_that_is_held_does_not_block_the_others()
    {
        var queue = await _queues.CreateAsync("held.fifo");
        var sender = _queues.Sender(queue);
        await SendAsync(sender, Message("a1", "a"));
        var receiver = _queues.Receiver(queue);
        var held = await ReceiveOneAsync(receiver);
        await SendAsync(sender, Message("a2", "a"), Message("b1", "b"));

        Assert.Equal("b1", (await ReceiveOneAsync(receiver)).Id);
        await AssertNothingComesAsync(receiver, TimeSpan.FromSeconds(2));
        await SettleAsync(receiver, Settlement.Ack, held);
        Assert.Equal("a2", (await ReceiveOneAsync(receiver)).Id);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("cancel.fifo")]
    public async Task Cancelled_receive_ends_at_once_and_strands_no_message(string name)
    {
        var queue = await _queues.CreateAsync(name);
        var sender = _queues.Sender(queue);
        var receiver = _queues.Receiver(queue, leaseSeconds: 60, waitSeconds: 5);
        using var cancelled = new CancellationTokenSource();
        var receive = receiver.ReceiveAsync(10, cancelled.Token).AsTask();
        await AssertStaysOpenAsync(receive);

        var watch = Stopwatch.StartNew();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1));

        // The poll goes on at the broker and takes these; they have to come to the next receiver long before their lease is over.
        await SendAsync(sender, Message("m1", "k"), Message("m2", "k"));
        await receiver.DisposeAsync();
        var next = _queues.Receiver(queue);
        var received = new List<ReceivedEnvelope>();
        while (received.Count < 2)
        {
            var envelope = await ReceiveOneAsync(next);
            await SettleAsync(next, Settlement.Ack, envelope);
            received.Add(envelope);
        }

        Assert.Equal(["m1", "m2"], received.Select(envelope => envelope.Id).Order());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Receiver_can_be_disposed_while_it_receives()
    {
        var receiver = _queues.Receiver(await _queues.CreateAsync("dispose"), waitSeconds: 3);
        var receive = receiver.ReceiveAsync(10, Token).AsTask();
        await AssertStaysOpenAsync(receive);

        var dispose = receiver.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receive);
        await dispose;
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("missing.fifo")]
    public async Task Missing_queue_is_not_found_until_it_is_created(string name)
    {
        var queue = _queues.Name(name);
        var (sender, receiver) = (_queues.Sender(queue), _queues.Receiver(queue));
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<TransportException>(async () => await sender.SendAsync(new(Message("m1", "k")), Token))).Kind);
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<TransportException>(async () => await receiver.ReceiveAsync(1, Token))).Kind);
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<TransportException>(async () => await receiver.GetBacklogAsync(Token))).Kind);

        await _queues.CreateAgainAsync(queue);
        await SendAsync(sender, Message("m1", "k"));

        Assert.Equal("m1", (await ReceiveOneAsync(receiver)).Id);
    }

    [Fact]
    public async Task Queue_that_is_deleted_and_created_again_is_found_again()
    {
        var queue = await _queues.CreateAsync("again");
        var (sender, receiver) = (_queues.Sender(queue), _queues.Receiver(queue));
        await SendAsync(sender, Message("m1"));
        await ReceiveOneAsync(receiver);
        await _queues.DeleteAsync(queue);
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<TransportException>(async () => await sender.SendAsync(new(Message("m2")), Token))).Kind);
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<TransportException>(async () => await receiver.ReceiveAsync(1, Token))).Kind);

        await _queues.CreateAgainAsync(queue);
        await SendAsync(sender, Message("m3"));

        Assert.Equal("m3", (await ReceiveOneAsync(receiver)).Id);
    }

    [Fact]
    public async Task Queue_can_be_named_by_its_URL()
    {
        var queue = await _queues.CreateAsync("url.fifo");
        var url = (await _queues.Client.GetQueueUrlAsync(queue, Token)).QueueUrl;

        await SendAsync(_queues.Sender(url), Message("m1", "k"));

        Assert.Equal("m1", (await ReceiveOneAsync(_queues.Receiver(url))).Id);
    }

    [Fact]
    public async Task Many_senders_and_two_receivers_share_the_queue_and_nothing_is_lost()
    {
        var queue = await _queues.CreateAsync("shared");
        var sender = _queues.Sender(queue);
        await Parallel.ForEachAsync(Enumerable.Range(0, 20), Token, async (i, _) =>
            await SendAsync(sender, [.. Enumerable.Range(0, 10).Select(j => Message($"m{i}-{j}"))]));
        var received = new ConcurrentDictionary<string, int>();

        await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            var receiver = _queues.Receiver(queue);
            while (received.Count < 200)
            {
                var messages = await receiver.ReceiveAsync(10, Token);
                if (messages.Count == 0)
                {
                    return;
                }

                await SettleAsync(receiver, Settlement.Ack, [.. messages]);
                foreach (var message in messages)
                {
                    received.AddOrUpdate(message.Id, 1, (_, count) => count + 1);
                }
            }
        }));

        // A standard queue may deliver a message twice, but hardly many of them.
        Assert.Equal(200, received.Count);
        Assert.InRange(received.Values.Sum(), 200, 220);
    }

    [Fact]
    public async Task Messages_of_others_are_read()
    {
        var queue = await _queues.CreateAsync("foreign");
        var url = (await _queues.Client.GetQueueUrlAsync(queue, Token)).QueueUrl;
        await _queues.Client.SendMessageAsync(
            new SendMessageRequest(url, "hello wörld")
            {
                MessageAttributes = new()
                {
                    ["Content-Type"] = new() { DataType = "String", StringValue = "x" },
                    ["blob"] = new() { DataType = "Binary", BinaryValue = new MemoryStream([0, 1, 255]) },
                    ["count"] = new() { DataType = "Number", StringValue = "7" },
                },
            },
            Token);
        var receiver = _queues.Receiver(queue);

        var plain = await ReceiveOneAsync(receiver);
        await _queues.Client.SendMessageAsync(url, "{\"bare\":true}", Token);
        var bare = await ReceiveOneAsync(receiver);

        Assert.Equal(("", "text/plain", "hello wörld"), (plain.Type, plain.ContentType, Encoding.UTF8.GetString(plain.Body.Span)));
        Assert.Equal(("x", "AAH/", "7"), (plain.Headers["contenttype"], plain.Headers["blob"], plain.Headers["count"]));
        Assert.NotEqual(default, plain.Time);
        Assert.Equal(("application/json", false), (bare.ContentType, bare.HasHeaders));
    }

    [Fact]
    public async Task Backlog_counts_what_waits_what_is_held_and_what_is_delayed()
    {
        var queue = await _queues.CreateAsync("backlog");
        await SendAsync(_queues.Sender(queue), Message("m1"), Message("m2"), Message("m3", delaySeconds: 600));
        var receiver = _queues.Receiver(queue);
        await ReceiveOneAsync(receiver);

        Assert.Equal(new Backlog(1, 1, 1), await receiver.GetBacklogAsync(Token));
    }

    [Theory]
    [InlineData("topology", "topology-dead")]
    [InlineData("topology.fifo", "topology-dead.fifo")]
    public async Task Topology_is_created_once_by_hosts_that_start_together_and_then_valid(string name, string deadName)
    {
        var (queue, dead) = (_queues.Name(name), _queues.Name(deadName));
        void Configure(SqsTransportOptions options) => (options.RedriveTo, options.MaxReceiveCount) = (dead, 2);

        Assert.Equal(2, (await _queues.ApplyAsync(queue, TopologyMode.Validate, Configure)).Count);
        var differences = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _queues.ApplyAsync(queue, TopologyMode.Create, Configure)));
        Assert.All(differences, Assert.Empty);
        Assert.Empty(await _queues.ApplyAsync(queue, TopologyMode.Validate, Configure));

        Assert.Single(await _queues.ApplyAsync(queue, TopologyMode.Create, options => (options.RedriveTo, options.MaxReceiveCount) = (dead, 3)));
        Assert.NotEmpty(await _queues.ApplyAsync(dead, TopologyMode.Validate, options => options.Delay = TimeSpan.FromSeconds(7)));
    }

    [Theory]
    [InlineData("redrive", "redrive-dead")]
    [InlineData("redrive.fifo", "redrive-dead.fifo")]
    public async Task Message_that_is_returned_too_often_is_moved_by_SQS_itself(string name, string deadName)
    {
        var (queue, dead) = (_queues.Name(name), _queues.Name(deadName));
        Assert.Empty(await _queues.ApplyAsync(queue, TopologyMode.Create, options => (options.RedriveTo, options.MaxReceiveCount) = (dead, 2)));
        await SendAsync(_queues.Sender(queue), Message("m1", "k"));
        var receiver = _queues.Receiver(queue);
        for (var i = 0; i < 2; i++)
        {
            await SettleAsync(receiver, Settlement.Nack(), await ReceiveOneAsync(receiver));
        }

        await AssertNothingComesAsync(receiver, TimeSpan.FromSeconds(2));
        Assert.Equal("m1", (await ReceiveOneAsync(_queues.Receiver(dead))).Id);
    }

    private static Envelope Large(string id, int bytes) => new(id, "test", Encoding.UTF8.GetBytes('"' + new string('x', bytes) + '"'));

    private static async Task AssertNothingComesAsync(SqsReceiver receiver, TimeSpan time)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
        {
            Assert.Empty(await receiver.ReceiveAsync(10, Token));
        }
    }

    // A receive that is still open after a moment waits at the broker.
    private static async Task AssertStaysOpenAsync(Task receive) =>
        await Assert.ThrowsAsync<TimeoutException>(() => receive.WaitAsync(TimeSpan.FromMilliseconds(700), TimeProvider.System, Token));
}
