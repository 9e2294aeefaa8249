using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory;

public sealed class FaultTests
{
    private readonly Bench _bench = new();
    private readonly InMemoryQueue _queue;

    public FaultTests() => _queue = _bench.Declare(Bench.Queue);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sends_are_throttled_and_fail_as_often_as_asked_for(bool all)
    {
        var faults = all ? _bench.Broker.Faults : _queue.Faults;
        faults.ThrottleSends(2);
        faults.FailSends(1, FailureKind.Denied);
        var kinds = new List<FailureKind>();
        for (var i = 0; i < 3; i++)
        {
            kinds.Add((await Assert.ThrowsAsync<TransportException>(() => _bench.Send(Bench.Queue, null, "1"))).Kind);
        }

        Assert.Equal([FailureKind.Throttled, FailureKind.Throttled, FailureKind.Denied], kinds);
        Assert.Equal(0, _queue.Backlog.Total);
        await _bench.Send(Bench.Queue, null, "1");
        Assert.Equal(1, _queue.Backlog.Total);
    }

    [Fact]
    public async Task Faults_of_one_queue_leave_the_others_alone()
    {
        _bench.Declare("other");
        _queue.Faults.FailSends(1);
        await _bench.Send("other", null, "1");

        Assert.Equal(FailureKind.Transient, (await Assert.ThrowsAsync<TransportException>(() => _bench.Send(Bench.Queue, null, "1"))).Kind);
    }

    [Fact]
    public async Task Entries_of_a_send_fail_alone()
    {
        _queue.Faults.FailSendEntries(2);
        var batch = await _bench.Send(Bench.Queue, Bench.Message("1"), Bench.Message("2"), Bench.Message("3"));

        Assert.Equal(2, batch.FailedCount);
        Assert.Equal([FailureKind.Transient, FailureKind.Transient], [Bench.Failure(batch, 0).Kind, Bench.Failure(batch, 1).Kind]);
        Assert.Equal("3", Bench.Ids(_queue.Peek()));
    }

    [Fact]
    public async Task Receives_are_throttled_and_fail_and_touch_nothing()
    {
        await _bench.Send(Bench.Queue, null, "1");
        _queue.Faults.ThrottleReceives(1);
        _queue.Faults.FailReceives(1, FailureKind.Permanent);

        Assert.Equal(FailureKind.Throttled, (await Assert.ThrowsAsync<TransportException>(() => _bench.Receive(Bench.Queue))).Kind);
        Assert.Equal(FailureKind.Permanent, (await Assert.ThrowsAsync<TransportException>(() => _bench.Receive(Bench.Queue))).Kind);
        Assert.Equal(1, (await _bench.ReceiveOne(Bench.Queue)).DeliveryCount);
    }

    [Fact]
    public async Task Dropped_ack_looks_like_one_and_the_message_comes_again()
    {
        await _bench.Send(Bench.Queue, null, "1", "2");
        _queue.Faults.DropAcks(1);
        await _bench.Ack(Bench.Queue, await _bench.Receive(Bench.Queue));
        Assert.Equal(new Backlog(0, 1, 0), _queue.Backlog);
        _bench.Time.Advance(TimeSpan.FromSeconds(30));

        var again = await _bench.ReceiveOne(Bench.Queue);
        Assert.Equal(["1", "2"], [again.Id, $"{again.DeliveryCount}"]);
    }

    [Fact]
    public async Task Dropped_acks_do_not_touch_returns()
    {
        await _bench.Send(Bench.Queue, null, "1");
        _queue.Faults.DropAcks(1);
        await _bench.Nack(Bench.Queue, TimeSpan.Zero, await _bench.ReceiveOne(Bench.Queue));

        Assert.Equal(2, (await _bench.ReceiveOne(Bench.Queue)).DeliveryCount);
    }

    [Fact]
    public async Task Settlements_fail_and_can_be_repeated()
    {
        await _bench.Send(Bench.Queue, null, "1", "2");
        var received = await _bench.Receive(Bench.Queue);
        _queue.Faults.FailSettlements(1);
        var batch = await _bench.Settle(Bench.Queue, Settlement.Ack, received);

        Assert.Equal(1, batch.FailedCount);
        Assert.Equal(FailureKind.Transient, Bench.Failure(batch).Kind);
        Assert.Equal(new Backlog(0, 1, 0), _queue.Backlog);
        await _bench.Ack(Bench.Queue, received);
        Assert.Equal(0, _queue.Backlog.Total);
    }

    [Fact]
    public async Task Lost_lease_fails_the_renewal_and_frees_the_message()
    {
        await _bench.Send(Bench.Queue, null, "1");
        var received = await _bench.ReceiveOne(Bench.Queue);
        _bench.Broker.Faults.LoseLeases(1);

        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Renew(Bench.Queue, received)).Kind);
        Assert.Equal(FailureKind.NotFound, Bench.Failure(await _bench.Settle(Bench.Queue, Settlement.Ack, received)).Kind);
        var again = await _bench.ReceiveOne(Bench.Queue);
        Assert.Equal(2, again.DeliveryCount);
        Assert.Equal(0, (await _bench.Renew(Bench.Queue, again)).FailedCount);
    }

    [Fact]
    public async Task Topics_obey_the_faults_of_the_broker()
    {
        _bench.Broker.Subscribe("topic", Bench.Queue);
        _queue.Faults.FailSends(1);
        await _bench.Send("topic", null, "1");
        _bench.Broker.Faults.FailSends(1);

        await Assert.ThrowsAsync<TransportException>(() => _bench.Send("topic", null, "2"));
        Assert.Equal("1", Bench.Ids(_queue.Peek()));
    }

    [Fact]
    public async Task Clear_ends_all_failures()
    {
        var faults = _queue.Faults;
        faults.ThrottleSends(1);
        faults.FailSends(1);
        faults.FailSendEntries(1);
        faults.ThrottleReceives(1);
        faults.FailReceives(1);
        faults.DropAcks(1);
        faults.FailSettlements(1);
        faults.LoseLeases(1);
        faults.Chaos(1, 1, 1, 1);
        faults.Clear();

        await _bench.Send(Bench.Queue, null, "1");
        var received = await _bench.ReceiveOne(Bench.Queue);
        Assert.Equal(0, (await _bench.Renew(Bench.Queue, received)).FailedCount);
        await _bench.Ack(Bench.Queue, received);
        Assert.Equal(0, _queue.Backlog.Total);
    }

    [Fact]
    public async Task Chaos_of_one_seed_is_always_the_same()
    {
        var runs = new List<string>();
        foreach (var seed in new[] { 1, 1, 2 })
        {
            _queue.Faults.Chaos(seed, 0.2, 0.2, 0.2);
            var outcomes = new List<string>();
            for (var i = 0; i < 100; i++)
            {
                try
                {
                    outcomes.Add($"{(await _bench.Send(Bench.Queue, Bench.Message("1"))).FailedCount}");
                }
                catch (TransportException failure)
                {
                    outcomes.Add($"{failure.Kind}");
                }
            }

            runs.Add(string.Join(' ', outcomes));
            Assert.InRange(outcomes.Count(outcome => outcome != "0"), 20, 60);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
    }

    [Fact]
    public void Numbers_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _queue.Faults.DropAcks(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _queue.Faults.Chaos(1, 1.1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _queue.Faults.Chaos(1, 0, double.NaN, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _queue.Faults.Chaos(1, 0, 0, -0.1));
    }
}
