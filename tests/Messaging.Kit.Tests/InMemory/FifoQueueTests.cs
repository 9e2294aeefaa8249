using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory;

public sealed class FifoQueueTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly Bench _bench = new();
    private readonly InMemoryQueue _queue;

    public FifoQueueTests() => _queue = _bench.Declare(Bench.Fifo);

    [Fact]
    public async Task One_receive_returns_several_of_a_group_in_order_and_goes_on_to_the_next_group()
    {
        await _bench.Send(Bench.Fifo, "a", "a1", "a2");
        await _bench.Send(Bench.Fifo, "b", "b1");
        await _bench.Send(Bench.Fifo, "a", "a3");

        Assert.Equal("a1 a2 a3 b1", Bench.Ids(await _bench.Receive(Bench.Fifo)));
    }

    [Fact]
    public async Task Nothing_of_a_group_is_delivered_while_one_of_it_is_in_flight_and_other_groups_run_on()
    {
        await _bench.Send(Bench.Fifo, "a", "a1", "a2", "a3");
        var first = await _bench.Receive(Bench.Fifo, 2);
        await _bench.Send(Bench.Fifo, "a", "a4");
        await _bench.Send(Bench.Fifo, "b", "b1");

        Assert.Equal("a1 a2", Bench.Ids(first));
        Assert.Equal("b1", Bench.Ids(await _bench.Receive(Bench.Fifo)));
        await _bench.Ack(Bench.Fifo, first[0]);
        Assert.Empty(await _bench.Receive(Bench.Fifo));
        await _bench.Ack(Bench.Fifo, first[1]);
        Assert.Equal("a3 a4", Bench.Ids(await _bench.Receive(Bench.Fifo)));
    }

    [Theory]
    [InlineData("0 1 2 3 4")]
    [InlineData("4 3 2 1 0")]
    [InlineData("2 0 4 1 3")]
    public async Task Returned_messages_keep_the_order_of_their_group_however_they_are_returned(string order)
    {
        await _bench.Send(Bench.Fifo, "a", "0", "1", "2", "3", "4", "5");
        var received = await _bench.Receive(Bench.Fifo, 5);
        await _bench.Send(Bench.Fifo, "a", "6");
        await _bench.Nack(Bench.Fifo, TimeSpan.Zero, order.Split(' ').Select(id => received.Single(envelope => envelope.Id == id)));

        Assert.Equal("0 1 2 3 4 5 6", Bench.Ids(await _bench.Receive(Bench.Fifo)));
    }

    [Fact]
    public async Task Tail_that_is_returned_after_a_failure_comes_before_what_arrived_since()
    {
        await _bench.Send(Bench.Fifo, "a", "1", "2", "3");
        var received = await _bench.Receive(Bench.Fifo);
        await _bench.Send(Bench.Fifo, "a", "4");
        await _bench.Ack(Bench.Fifo, received[0]);
        await _bench.Nack(Bench.Fifo, TimeSpan.Zero, received.Skip(1));

        var again = await _bench.Receive(Bench.Fifo);

        Assert.Equal("2 3 4", Bench.Ids(again));
        Assert.Equal([2, 2, 1], again.Select(envelope => envelope.DeliveryCount));
    }

    [Fact]
    public async Task Message_returned_with_a_delay_blocks_its_group_until_then_and_no_other()
    {
        await _bench.Send(Bench.Fifo, "a", "a1", "a2");
        var received = await _bench.Receive(Bench.Fifo);
        await _bench.Nack(Bench.Fifo, TimeSpan.FromMinutes(1), received[0]);
        await _bench.Nack(Bench.Fifo, TimeSpan.Zero, received[1]);
        await _bench.Send(Bench.Fifo, "a", "a3");
        await _bench.Send(Bench.Fifo, "b", "b1");

        await _bench.Ack(Bench.Fifo, await _bench.ReceiveOne(Bench.Fifo));
        Assert.Empty(await _bench.Receive(Bench.Fifo));
        Assert.Equal(new Backlog(2, 0, 1), _queue.Backlog);
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("a1 a2 a3", Bench.Ids(await _bench.Receive(Bench.Fifo)));
    }

    [Fact]
    public async Task Group_comes_again_in_order_when_its_leases_run_out()
    {
        await _bench.Send(Bench.Fifo, "a", "1", "2", "3", "4");
        var received = await _bench.Receive(Bench.Fifo, 3);
        _bench.Time.Advance(Lease / 2);
        await _bench.Renew(Bench.Fifo, received[0]);
        _bench.Time.Advance(Lease / 2);

        Assert.Empty(await _bench.Receive(Bench.Fifo));
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Fifo, Settlement.Ack, received[1])).Kind);
        _bench.Time.Advance(Lease / 2);
        Assert.Equal("1 2 3 4", Bench.Ids(await _bench.Receive(Bench.Fifo)));
    }

    [Fact]
    public async Task Groups_take_turns()
    {
        await _bench.Send(Bench.Fifo, "a", "a1", "a2", "a3", "a4");
        await _bench.Send(Bench.Fifo, "b", "b1", "b2");
        await _bench.Send(Bench.Fifo, "c", "c1");
        var order = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            var received = await _bench.ReceiveOne(Bench.Fifo);
            order.Add(received.Id);
            await _bench.Ack(Bench.Fifo, received);
        }

        Assert.Equal("a1 b1 c1 a2 b2 a3 a4", string.Join(' ', order));
    }

    [Fact]
    public async Task Message_without_a_key_fails_alone()
    {
        var batch = await _bench.Send(Bench.Fifo, Bench.Message("1"), Bench.Message("2", "a"), Bench.Message("3", ""));

        Assert.Equal(2, batch.FailedCount);
        Assert.Equal(FailureKind.Permanent, Bench.Failure(batch, 0).Kind);
        Assert.Contains("Publish with a key", Bench.Failure(batch, 2).Message, StringComparison.Ordinal);
        Assert.Equal("2", Bench.Ids(_queue.Peek()));
    }

    [Fact]
    public async Task Message_with_a_delay_fails_alone()
    {
        var batch = await _bench.Send(Bench.Fifo, Bench.Message("1", "a", TimeSpan.FromSeconds(1)), Bench.Message("2", "a"));

        Assert.Equal(1, batch.FailedCount);
        Assert.Equal(FailureKind.Permanent, Bench.Failure(batch).Kind);
        Assert.Contains("delay", Bench.Failure(batch).Message, StringComparison.Ordinal);
        Assert.Equal("2", Bench.Ids(_queue.Peek()));
    }

    [Fact]
    public async Task Delay_of_the_queue_keeps_the_order()
    {
        _bench.Declare("slow.fifo", queue => queue.Delay = TimeSpan.FromSeconds(10));
        await _bench.Send("slow.fifo", "a", "a1", "a2");
        await _bench.Send("slow.fifo", "b", "b1");
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        await _bench.Send("slow.fifo", "a", "a3");
        Assert.Empty(await _bench.Receive("slow.fifo"));
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("a1 a2 b1", Bench.Ids(await _bench.Receive("slow.fifo")));
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(await _bench.Receive("slow.fifo"));
        _bench.Time.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal("a1 a2 a3 b1", Bench.Ids(await _bench.Receive("slow.fifo")));
    }

    [Fact]
    public async Task Known_id_is_accepted_but_not_stored_within_the_window()
    {
        await _bench.Send(Bench.Fifo, "a", "1", "2", "1");
        Assert.Equal("1 2", Bench.Ids(_queue.Peek()));
        await _bench.Ack(Bench.Fifo, await _bench.Receive(Bench.Fifo));
        _bench.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        await _bench.Send(Bench.Fifo, "b", "1", "3");
        Assert.Equal("3", Bench.Ids(_queue.Peek()));
        Assert.Equal(2, _queue.DeduplicatedCount);
        _bench.Time.Advance(TimeSpan.FromTicks(1));

        await _bench.Send(Bench.Fifo, "a", "1");
        Assert.Equal("3 1", Bench.Ids(_queue.Peek()));
    }

    [Fact]
    public async Task Deduplication_can_be_turned_off()
    {
        var queue = _bench.Declare("all.fifo", queue => queue.DeduplicationWindow = TimeSpan.Zero);
        await _bench.Send("all.fifo", "a", "1", "1");

        Assert.Equal(2, queue.Backlog.Waiting);
    }

    [Fact]
    public async Task Entry_that_failed_is_not_remembered_as_known()
    {
        _queue.Faults.FailSendEntries(1);
        Assert.Equal(1, (await _bench.Send(Bench.Fifo, Bench.Message("1", "a"))).FailedCount);
        await _bench.Send(Bench.Fifo, "a", "1");

        Assert.Equal("1", Bench.Ids(_queue.Peek()));
    }

    [Fact]
    public async Task Messages_of_a_group_vanish_when_their_retention_ends_and_the_group_runs_on()
    {
        var queue = _bench.Declare("short.fifo", queue => (queue.Retention, queue.VisibilityTimeout) = (TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));
        await _bench.Send("short.fifo", "a", "a1", "a2", "a3");
        await _bench.Send("short.fifo", "b", "b1");
        await _bench.Send("short.fifo", "c", "c1");
        var received = await _bench.Receive("short.fifo", 2);
        await _bench.Nack("short.fifo", TimeSpan.FromHours(1), received[0]);
        _bench.Time.Advance(TimeSpan.FromMinutes(5));
        await _bench.Send("short.fifo", "a", "a4");
        await _bench.Send("short.fifo", "b", "b2");
        _bench.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(new Backlog(2, 0, 0), queue.Backlog);
        Assert.Equal("a4 b2", Bench.Ids((await _bench.Receive("short.fifo")).OrderBy(envelope => envelope.Id)));
        Assert.Equal(5, queue.ExpiredCount);
        _bench.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, queue.Backlog.Total);
    }

    [Fact]
    public async Task Purged_groups_start_anew()
    {
        await _bench.Send(Bench.Fifo, "a", "a1", "a2");
        await _bench.Send(Bench.Fifo, "b", "b1");
        await _bench.ReceiveOne(Bench.Fifo);
        Assert.Equal(3, _queue.Purge());
        await _bench.Send(Bench.Fifo, "a", "a3");

        Assert.Equal("a3", Bench.Ids(await _bench.Receive(Bench.Fifo)));
    }

    [Fact]
    public void Features_say_fifo()
    {
        Assert.Equal(
            TransportFeatures.BinaryBody | TransportFeatures.Ordering | TransportFeatures.SerialKeys | TransportFeatures.Deduplication,
            _bench.Broker.CreateSender(Bench.Fifo).Features);
        Assert.Equal(TransportFeatures.BinaryBody | TransportFeatures.Delay, _bench.Broker.CreateSender(Bench.Queue).Features);
        var receiver = TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay | TransportFeatures.Lease;
        Assert.Equal(receiver | TransportFeatures.Ordering, _bench.Broker.CreateReceiver(Bench.Fifo).Features);
        Assert.Equal(receiver, _bench.Broker.CreateReceiver(Bench.Queue).Features);
    }
}
