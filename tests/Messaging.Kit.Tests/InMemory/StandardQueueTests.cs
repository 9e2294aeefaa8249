using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory;

public sealed class StandardQueueTests
{
    private readonly Bench _bench = new();

    [Fact]
    public async Task Whole_message_comes_through()
    {
        _bench.Declare(Bench.Queue);
        byte[] body = [0, 255, 128, 13, 10];
        var sent = new Envelope("1", "order.placed", body)
        {
            Source = "/shop",
            Time = _bench.Time.GetUtcNow(),
            Key = "k",
            ContentType = "application/octet-stream",
        };
        sent.Headers.Set("traceparent", "00-é-😀");
        await _bench.Send(Bench.Queue, sent);
        body.AsSpan().Clear();

        var received = await _bench.ReceiveOne(Bench.Queue);

        Assert.Equal(["1", "order.placed", "/shop", "k", "application/octet-stream"], [received.Id, received.Type, received.Source, received.Key, received.ContentType]);
        Assert.Equal(sent.Time, received.Time);
        Assert.Equal([0, 255, 128, 13, 10], received.Body.ToArray());
        Assert.Equal("00-é-😀", received.Headers["traceparent"]);
        Assert.Equal(1, received.DeliveryCount);
        Assert.Equal(_bench.Time.GetUtcNow(), received.FirstDelivered);
    }

    [Fact]
    public async Task Messages_come_in_the_order_of_arrival()
    {
        _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1", "2", "3");
        await _bench.Send(Bench.Queue, null, "4", "5");

        Assert.Equal("1 2 3", Bench.Ids(await _bench.Receive(Bench.Queue, 3)));
        Assert.Equal("4 5", Bench.Ids(await _bench.Receive(Bench.Queue, 3)));
        Assert.Empty(await _bench.Receive(Bench.Queue, 3));
    }

    [Fact]
    public async Task Acknowledged_message_is_gone()
    {
        var queue = _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1", "2");
        await _bench.Ack(Bench.Queue, await _bench.Receive(Bench.Queue));
        _bench.Time.Advance(TimeSpan.FromHours(1));

        Assert.Empty(await _bench.Receive(Bench.Queue));
        Assert.Equal(0, queue.Backlog.Total);
    }

    [Fact]
    public async Task Returned_message_comes_again_and_is_counted()
    {
        _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1");
        var first = await _bench.ReceiveOne(Bench.Queue);
        var firstDelivered = _bench.Time.GetUtcNow();
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        await _bench.Nack(Bench.Queue, TimeSpan.Zero, first);

        var second = await _bench.ReceiveOne(Bench.Queue);

        Assert.Equal("1", second.Id);
        Assert.Equal(2, second.DeliveryCount);
        Assert.Equal(firstDelivered, second.FirstDelivered);
        Assert.Equal(1, first.DeliveryCount);
    }

    [Fact]
    public async Task Returned_message_queues_up_behind_the_others()
    {
        _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1", "2", "3");
        await _bench.Nack(Bench.Queue, TimeSpan.Zero, await _bench.ReceiveOne(Bench.Queue));

        Assert.Equal("2 3 1", Bench.Ids(await _bench.Receive(Bench.Queue)));
    }

    [Fact]
    public async Task Message_returned_with_a_delay_stays_away_for_it()
    {
        var queue = _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1");
        await _bench.Nack(Bench.Queue, TimeSpan.FromMinutes(1), await _bench.Receive(Bench.Queue));
        _bench.Time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));

        Assert.Empty(await _bench.Receive(Bench.Queue));
        Assert.Equal(new Backlog(0, 0, 1), queue.Backlog);
        _bench.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, (await _bench.ReceiveOne(Bench.Queue)).DeliveryCount);
    }

    [Fact]
    public async Task Message_comes_again_when_its_lease_runs_out()
    {
        _bench.Declare(Bench.Queue, queue => queue.VisibilityTimeout = TimeSpan.FromSeconds(5));
        await _bench.Send(Bench.Queue, null, "1");
        await _bench.ReceiveOne(Bench.Queue);
        _bench.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Empty(await _bench.Receive(Bench.Queue));
        _bench.Time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(2, (await _bench.ReceiveOne(Bench.Queue)).DeliveryCount);
    }

    [Fact]
    public async Task Renewed_lease_lasts_from_the_renewal()
    {
        _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1", "2");
        var received = await _bench.Receive(Bench.Queue);
        _bench.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, (await _bench.Renew(Bench.Queue, received[0])).FailedCount);
        _bench.Time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal("2", Bench.Ids(await _bench.Receive(Bench.Queue)));
        await _bench.Ack(Bench.Queue, received[0]);
    }

    [Fact]
    public async Task Receipt_is_worthless_after_the_lease()
    {
        var queue = _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1");
        var old = await _bench.ReceiveOne(Bench.Queue);
        _bench.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Ack, old)).Kind);
        var current = await _bench.ReceiveOne(Bench.Queue);
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Ack, old)).Kind);
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Nack(), old)).Kind);
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Renew(Bench.Queue, old)).Kind);
        Assert.Equal(new Backlog(0, 1, 0), queue.Backlog);
        await _bench.Ack(Bench.Queue, current);
        Assert.Equal(0, queue.Backlog.Total);
    }

    [Fact]
    public async Task Settling_again_changes_nothing()
    {
        var queue = _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1", "2");
        var received = await _bench.Receive(Bench.Queue);
        await _bench.Ack(Bench.Queue, received[0], received[0]);
        await _bench.Nack(Bench.Queue, TimeSpan.Zero, received[0]);
        await _bench.Nack(Bench.Queue, TimeSpan.Zero, received[1]);
        await _bench.Nack(Bench.Queue, TimeSpan.FromHours(1), received[1]);
        await _bench.Ack(Bench.Queue, received[1]);

        Assert.Equal(new Backlog(1, 0, 0), queue.Backlog);
        Assert.Equal(2, (await _bench.ReceiveOne(Bench.Queue)).DeliveryCount);
    }

    [Fact]
    public async Task Message_of_another_queue_cannot_be_settled_here()
    {
        _bench.Declare(Bench.Queue);
        var other = _bench.Declare("other");
        await _bench.Send("other", null, "1");
        var received = await _bench.ReceiveOne("other");

        Assert.Equal(FailureKind.Permanent, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Ack, received)).Kind);
        Assert.Equal(FailureKind.Permanent, Bench.Failure(await _bench.Renew(Bench.Queue, received)).Kind);
        Assert.Equal(FailureKind.Permanent, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Ack, new ReceivedEnvelope("1", "", default))).Kind);
        Assert.Equal(new Backlog(0, 1, 0), other.Backlog);
    }

    [Fact]
    public async Task What_middleware_changes_does_not_leak_into_the_redelivery()
    {
        _bench.Declare(Bench.Queue);
        var sent = Bench.Message("1");
        sent.Headers.Set("a", "1");
        sent.Headers.AddForeign("aNameOfAnotherSystem4711", "2");
        await _bench.Send(Bench.Queue, sent, Bench.Message("2"));
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            var received = await _bench.Receive(Bench.Queue);
            Assert.All(received, envelope => Assert.Equal(delivery, envelope.DeliveryCount));
            Assert.Equal([new("a", "1"), new("anameofanothersystem4711", "2")], received[0].Headers);
            Assert.False(received[1].HasHeaders);
            foreach (var envelope in received)
            {
                Assert.Equal("{}"u8, envelope.Body.Span);
                Assert.Equal("application/json", envelope.ContentType);
                envelope.Body = "changed"u8.ToArray();
                envelope.ContentType = "text/plain";
                envelope.Headers["a"] = null;
                envelope.Headers["b"] = "3";
            }

            await _bench.Nack(Bench.Queue, TimeSpan.Zero, received);
        }
    }

    [Fact]
    public async Task Delayed_message_comes_when_its_delay_is_over()
    {
        var queue = _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, Bench.Message("1", delay: TimeSpan.FromMinutes(2)), Bench.Message("2", delay: TimeSpan.FromMinutes(1)), Bench.Message("3"));

        Assert.Equal(new Backlog(1, 0, 2), queue.Backlog);
        await _bench.Ack(Bench.Queue, await _bench.ReceiveOne(Bench.Queue));
        _bench.Time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        Assert.Empty(await _bench.Receive(Bench.Queue));
        _bench.Time.Advance(TimeSpan.FromTicks(1));
        var received = await _bench.ReceiveOne(Bench.Queue);
        Assert.Equal("2", received.Id);
        Assert.Equal(TimeSpan.Zero, received.Delay);
        Assert.Equal(1, received.DeliveryCount);
        await _bench.Ack(Bench.Queue, received);
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("1", Bench.Ids(await _bench.Receive(Bench.Queue)));
    }

    [Fact]
    public async Task Delay_of_the_queue_holds_back_what_has_no_delay_of_its_own()
    {
        _bench.Declare(Bench.Queue, queue => queue.Delay = TimeSpan.FromSeconds(10));
        await _bench.Send(Bench.Queue, Bench.Message("1"), Bench.Message("2", delay: TimeSpan.FromSeconds(5)), Bench.Message("3"));
        Assert.Empty(await _bench.Receive(Bench.Queue));
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("2", Bench.Ids(await _bench.Receive(Bench.Queue)));
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("1 3", Bench.Ids(await _bench.Receive(Bench.Queue)));
    }

    [Fact]
    public async Task Endless_delays_do_not_overflow()
    {
        var queue = _bench.Declare(Bench.Queue, queue => queue.Retention = TimeSpan.MaxValue);
        await _bench.Send(Bench.Queue, Bench.Message("1", delay: TimeSpan.MaxValue), Bench.Message("2"));
        await _bench.Nack(Bench.Queue, TimeSpan.MaxValue, await _bench.ReceiveOne(Bench.Queue));
        _bench.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromTicks(1));
        Assert.Equal(new Backlog(0, 0, 2), queue.Backlog);
        _bench.Time.Advance(TimeSpan.FromTicks(1));

        // A returned message stays away for 12 hours at most, as on SQS.
        Assert.Equal(new Backlog(1, 0, 1), queue.Backlog);
    }

    [Fact]
    public async Task Messages_vanish_when_their_retention_ends_wherever_they_are()
    {
        var queue = _bench.Declare(Bench.Queue, queue => queue.VisibilityTimeout = TimeSpan.FromHours(12));
        await _bench.Send(Bench.Queue, null, "leased", "returned");
        await _bench.Send(Bench.Queue, Bench.Message("waiting"), Bench.Message("delayed", delay: TimeSpan.FromDays(30)));
        var received = await _bench.Receive(Bench.Queue, 2);
        await _bench.Nack(Bench.Queue, TimeSpan.FromHours(1), received[1]);
        _bench.Time.Advance(TimeSpan.FromDays(4) - TimeSpan.FromHours(6));
        received = await _bench.Receive(Bench.Queue, 2);
        await _bench.Send(Bench.Queue, null, "young");
        Assert.Equal(new Backlog(2, 2, 1), queue.Backlog);
        _bench.Time.Advance(TimeSpan.FromHours(6));

        Assert.Equal(new Backlog(1, 0, 0), queue.Backlog);
        Assert.Equal(4, queue.ExpiredCount);
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Ack, received)).Kind);
        _bench.Time.Advance(TimeSpan.FromDays(27));
        Assert.Equal(0, queue.Backlog.Total);
        Assert.Equal(5, queue.ExpiredCount);
    }

    [Fact]
    public async Task Oversize_message_fails_alone()
    {
        var queue = _bench.Declare(Bench.Queue, queue => queue.MaxMessageBytes = 100);
        var sender = _bench.Broker.CreateSender(Bench.Queue);
        var message = new Envelope("1", "tÿpe", new byte[60]) { Key = "kéy" };
        message.Headers.Set("a", "ü" + new string('x', 24));
        Assert.Equal(60 + 5 + 4 + 1 + 26, sender.Measure(message));
        message.Headers.Set("b", "123");
        Assert.Equal(100, sender.Measure(message));
        var larger = new Envelope("2", "type", new byte[97]);

        var batch = await _bench.Send(Bench.Queue, message, larger, Bench.Message("3"));

        Assert.Equal(1, batch.FailedCount);
        Assert.Equal(FailureKind.TooLarge, Bench.Failure(batch, 1).Kind);
        Assert.Equal("1 3", Bench.Ids(queue.Peek()));
        Assert.Equal(100, sender.Limits.MessageBytes);
    }

    [Fact]
    public async Task Batch_beyond_the_limits_fails_as_a_whole()
    {
        var queue = _bench.Declare(Bench.Queue);
        var limits = _bench.Broker.CreateSender(Bench.Queue).Limits;
        var full = Enumerable.Range(0, limits.BatchCount).Select(i => Bench.Message($"{i}")).ToArray();
        await _bench.Send(Bench.Queue, full);
        Assert.Equal(limits.BatchCount, queue.Backlog.Waiting);

        var tooMany = await Assert.ThrowsAsync<TransportException>(() => _bench.Send(Bench.Queue, [.. full, Bench.Message("x")]));
        var large = Enumerable.Range(0, 17).Select(i => new Envelope($"{i}", "", new byte[limits.MessageBytes])).ToArray();
        var tooLarge = await Assert.ThrowsAsync<TransportException>(() => _bench.Send(Bench.Queue, large));

        Assert.Equal([FailureKind.Permanent, FailureKind.TooLarge], [tooMany.Kind, tooLarge.Kind]);
        Assert.Equal(limits.BatchCount, queue.Backlog.Waiting);
        await _bench.Send(Bench.Queue, large[..16]);
        Assert.Equal(limits.BatchCount + 16, queue.Backlog.Waiting);
    }

    [Fact]
    public async Task Empty_body_comes_through()
    {
        _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, new Envelope("1", "", default));

        Assert.True((await _bench.ReceiveOne(Bench.Queue)).Body.IsEmpty);
    }

    [Fact]
    public async Task Negative_delay_is_refused()
    {
        _bench.Declare(Bench.Queue);

        Assert.Equal(FailureKind.Permanent, Bench.Failure(await _bench.Send(Bench.Queue, Bench.Message("1", delay: TimeSpan.FromTicks(-1)))).Kind);
    }

    [Fact]
    public async Task Receive_never_returns_more_than_asked_for_or_than_a_batch()
    {
        var queue = _bench.Declare(Bench.Queue);
        for (var i = 0; i < 3; i++)
        {
            await _bench.Send(Bench.Queue, [.. Enumerable.Range(0, 100).Select(n => Bench.Message($"{i}-{n}"))]);
        }

        Assert.Equal(7, (await _bench.Receive(Bench.Queue, 7)).Count);
        Assert.Equal(100, (await _bench.Receive(Bench.Queue, int.MaxValue)).Count);
        Assert.Equal(new Backlog(193, 107, 0), queue.Backlog);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _bench.Receive(Bench.Queue, 0));
    }

    [Fact]
    public async Task Peek_and_backlog_leave_everything_as_it_is()
    {
        var queue = _bench.Declare(Bench.Queue);
        var sent = Bench.Message("1");
        sent.Headers.Set("a", "1");
        await _bench.Send(Bench.Queue, sent, Bench.Message("2"), Bench.Message("3", delay: TimeSpan.FromHours(1)));
        await _bench.ReceiveOne(Bench.Queue);
        _bench.Time.Advance(TimeSpan.FromSeconds(30));
        await _bench.Nack(Bench.Queue, TimeSpan.Zero, await _bench.ReceiveOne(Bench.Queue));

        var peeked = queue.Peek();

        Assert.Equal("1 2", Bench.Ids(peeked));
        Assert.Equal([1, 1], peeked.Select(envelope => envelope.DeliveryCount));
        Assert.Equal("1", peeked[0].Headers["a"]);
        peeked[0].Headers["a"] = "changed";
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Ack, peeked[0])).Kind);
        Assert.Equal("1", queue.Peek()[0].Headers["a"]);
        Assert.Equal(new Backlog(2, 0, 1), queue.Backlog);
    }

    [Fact]
    public async Task Purge_deletes_what_waits_is_delayed_or_in_flight()
    {
        var queue = _bench.Declare(Bench.Queue);
        await _bench.Send(Bench.Queue, Bench.Message("1"), Bench.Message("2"), Bench.Message("3", delay: TimeSpan.FromHours(1)));
        var received = await _bench.ReceiveOne(Bench.Queue);

        Assert.Equal(3, queue.Purge());
        Assert.Equal(0, queue.Backlog.Total);
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Nack(), received)).Kind);
        _bench.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty(await _bench.Receive(Bench.Queue));
        Assert.Equal(0, queue.ExpiredCount);
    }
}
