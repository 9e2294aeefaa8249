using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Tests.InMemory;

public sealed class WaitingTests
{
    private static readonly TimeSpan WaitTime = TimeSpan.FromSeconds(10);

    private readonly Bench _bench = new();
    private readonly InMemoryQueue _queue;

    public WaitingTests() => _queue = _bench.Declare(Bench.Queue, options => options.WaitTime = WaitTime);

    [Fact]
    public async Task Clock_that_rings_when_it_is_read_ends_no_wait_twice()
    {
        var time = new RingingTime();
        var broker = new InMemoryBroker(time);
        broker.DeclareQueue(Bench.Queue, new InMemoryQueueOptions { WaitTime = WaitTime });
        await using var receiver = broker.CreateReceiver(Bench.Queue);
        await using var sender = broker.CreateSender(Bench.Queue);
        var waiting = receiver.ReceiveAsync(1, Bench.Stop).AsTask();

        time.RingsAfter = WaitTime;
        await sender.SendAsync(new(Bench.Message("m1")), Bench.Stop);

        Assert.Equal(TimeSpan.Zero, time.RingsAfter);
        Assert.Equal("m1", Assert.Single(await waiting).Id);
    }

    [Fact]
    public async Task Receive_with_nothing_to_receive_ends_empty_after_the_wait_time()
    {
        var receive = _bench.Receive(Bench.Queue);
        _bench.Time.Advance(WaitTime - TimeSpan.FromMilliseconds(1));
        Assert.False(receive.IsCompleted);
        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(await receive);
    }

    [Fact]
    public async Task Receive_may_wait_where_the_context_does_not_flow()
    {
        Task<IReadOnlyList<ReceivedEnvelope>> receive;
        using (ExecutionContext.SuppressFlow())
        {
            receive = _bench.Receive(Bench.Queue);
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        _bench.Time.Advance(WaitTime);
        Assert.Empty(await receive);
    }

    [Fact]
    public async Task Message_wakes_one_who_waits_and_the_first_comes_first()
    {
        var first = _bench.Receive(Bench.Queue);
        var second = _bench.Receive(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1");
        Assert.Equal("1", Bench.Ids(await first));
        Assert.False(second.IsCompleted);
        await _bench.Send(Bench.Queue, null, "2", "3");
        Assert.Equal("2 3", Bench.Ids(await second));
    }

    [Fact]
    public async Task Batch_is_shared_by_those_who_wait()
    {
        var receives = new[] { _bench.Receive(Bench.Queue, 2), _bench.Receive(Bench.Queue, 2), _bench.Receive(Bench.Queue, 2) };
        await _bench.Send(Bench.Queue, null, "1", "2", "3");

        Assert.Equal("1 2", Bench.Ids(await receives[0]));
        Assert.Equal("3", Bench.Ids(await receives[1]));
        Assert.False(receives[2].IsCompleted);
    }

    [Fact]
    public async Task Delayed_message_wakes_who_waits_when_it_is_due()
    {
        await _bench.Send(Bench.Queue, Bench.Message("1", delay: TimeSpan.FromSeconds(3)));
        var receive = _bench.Receive(Bench.Queue);
        await _bench.Send(Bench.Queue, Bench.Message("2", delay: TimeSpan.FromSeconds(2)));
        var second = _bench.Receive(Bench.Queue);
        _bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2", Bench.Ids(await receive));
        Assert.False(second.IsCompleted);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("1", Bench.Ids(await second));
    }

    [Fact]
    public async Task Lease_that_runs_out_wakes_who_waits()
    {
        _bench.Declare("short", options => (options.VisibilityTimeout, options.WaitTime) = (TimeSpan.FromSeconds(5), WaitTime));
        await _bench.Send("short", null, "1");
        var old = Assert.Single(await _bench.Receive("short"));
        var receive = _bench.Receive("short");
        _bench.Time.Advance(TimeSpan.FromSeconds(4));
        await _bench.Renew("short", old);
        _bench.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(receive.IsCompleted);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, Assert.Single(await receive).DeliveryCount);
    }

    [Fact]
    public async Task Returned_message_and_freed_group_wake_who_waits()
    {
        _bench.Declare(Bench.Fifo, options => options.WaitTime = WaitTime);
        await _bench.Send(Bench.Fifo, "a", "1", "2");
        var first = await _bench.Receive(Bench.Fifo, 1);
        var receive = _bench.Receive(Bench.Fifo, 1);
        await _bench.Send(Bench.Fifo, "a", "3");
        Assert.False(receive.IsCompleted);
        await _bench.Nack(Bench.Fifo, TimeSpan.Zero, first);
        var second = await receive;
        Assert.Equal("1", Bench.Ids(second));
        receive = _bench.Receive(Bench.Fifo, 10);
        await _bench.Ack(Bench.Fifo, second);

        Assert.Equal("2 3", Bench.Ids(await receive));
    }

    [Fact]
    public async Task Cancelled_wait_ends_at_once_and_strands_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        await using var receiver = _bench.Broker.CreateReceiver(Bench.Queue);
        for (var i = 0; i < 3; i++)
        {
            using var source = new CancellationTokenSource();
            var receive = receiver.ReceiveAsync(10, source.Token);
            Assert.False(receive.IsCompleted);
            await source.CancelAsync();
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receive);
            Assert.Equal(source.Token, failure.CancellationToken);
        }

        await _bench.Send(Bench.Queue, null, "1");
        Assert.Equal(new Backlog(1, 0, 0), _queue.Backlog);
        Assert.Equal("1", Bench.Ids(await receiver.ReceiveAsync(10, cancellation.Token)));
    }

    [Fact]
    public async Task Cancelled_calls_do_nothing()
    {
        var cancelled = new CancellationToken(true);
        await using var sender = _bench.Broker.CreateSender(Bench.Queue);
        await using var receiver = _bench.Broker.CreateReceiver(Bench.Queue);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sender.SendAsync(new(Bench.Message("1")), cancelled));
        await _bench.Send(Bench.Queue, null, "2");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receiver.ReceiveAsync(1, cancelled));
        Assert.Equal(new Backlog(1, 0, 0), _queue.Backlog);
        var received = await receiver.ReceiveAsync(1, Bench.Stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receiver.SettleAsync(new(new SettledEnvelope(received[0], Settlement.Ack)), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ((ILeaseRenewer)receiver).RenewAsync(new(received[0]), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ((IBacklogReader)receiver).GetBacklogAsync(cancelled));
        Assert.Equal(new Backlog(0, 1, 0), await ((IBacklogReader)receiver).GetBacklogAsync(Bench.Stop));
    }

    [Fact]
    public async Task Disposing_ends_the_waits_of_this_receiver_and_of_no_other()
    {
        var receiver = _bench.Broker.CreateReceiver(Bench.Queue);
        var ended = receiver.ReceiveAsync(1, Bench.Stop).AsTask();
        var other = _bench.Receive(Bench.Queue);
        var alsoEnded = receiver.ReceiveAsync(1, Bench.Stop).AsTask();
        await receiver.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => ended);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => alsoEnded);
        await _bench.Send(Bench.Queue, null, "1");
        Assert.Equal("1", Bench.Ids(await other));
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Disposed_sender_and_receiver_refuse()
    {
        var sender = _bench.Broker.CreateSender(Bench.Queue);
        var receiver = _bench.Broker.CreateReceiver(Bench.Queue);
        await _bench.Send(Bench.Queue, null, "1");
        var received = await receiver.ReceiveAsync(1, Bench.Stop);
        await sender.DisposeAsync();
        await receiver.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await sender.SendAsync(new(Bench.Message("1")), Bench.Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await receiver.ReceiveAsync(1, Bench.Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await receiver.SettleAsync(new(new SettledEnvelope(received[0], Settlement.Ack)), Bench.Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await ((ILeaseRenewer)receiver).RenewAsync(new(received[0]), Bench.Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await ((IBacklogReader)receiver).GetBacklogAsync(Bench.Stop));
    }

    [Fact]
    public async Task Sends_and_receives_with_something_to_receive_complete_before_they_return()
    {
        await using var sender = _bench.Broker.CreateSender(Bench.Queue);
        await using var receiver = _bench.Broker.CreateReceiver(Bench.Queue);
        Assert.True(sender.SendAsync(new(Bench.Message("1")), Bench.Stop).AsTask().IsCompletedSuccessfully);
        var receive = receiver.ReceiveAsync(1, Bench.Stop).AsTask();
        Assert.True(receive.IsCompletedSuccessfully);
        Assert.True(receiver.SettleAsync(new(new SettledEnvelope((await receive)[0], Settlement.Ack)), Bench.Stop).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task New_options_send_those_who_wait_back_to_ask_again()
    {
        _bench.Broker.DeclareQueue("named");
        var receive = _bench.Receive("named");
        _bench.Declare("named", options => options.WaitTime = TimeSpan.FromSeconds(1));
        Assert.Empty(await receive);
        receive = _bench.Receive("named");
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await receive);
    }

    [Fact]
    public async Task New_options_give_what_is_in_flight_a_new_lease()
    {
        var queue = _bench.Broker.DeclareQueue("named");
        await _bench.Send("named", null, "1");
        await _bench.Receive("named");
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        _bench.Declare("named", options => options.VisibilityTimeout = TimeSpan.FromSeconds(2));
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, queue.Backlog.InFlight);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, queue.Backlog.Waiting);
    }

    [Fact]
    public async Task Who_waits_longest_is_served_first_when_the_timer_is_late()
    {
        var time = new CountingTimeProvider();
        var broker = new InMemoryBroker(time);
        broker.DeclareQueue(Bench.Queue, new InMemoryQueueOptions { WaitTime = TimeSpan.FromMinutes(1) });
        await using var sender = broker.CreateSender(Bench.Queue);
        await using var receiver = broker.CreateReceiver(Bench.Queue);
        await sender.SendAsync(new(Bench.Message("1", delay: TimeSpan.FromSeconds(1))), Bench.Stop);
        var first = receiver.ReceiveAsync(1, Bench.Stop).AsTask();
        time.TimersAreLate = true;
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(first.IsCompleted);
        var second = receiver.ReceiveAsync(1, Bench.Stop).AsTask();

        Assert.Equal("1", Bench.Ids(await first.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Bench.Stop)));
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Pending_receive_can_be_looked_at_but_not_taken_twice()
    {
        await using var receiver = _bench.Broker.CreateReceiver(Bench.Queue);
#pragma warning disable CA2012 // The misuse is the test.
        var receive = receiver.ReceiveAsync(1, Bench.Stop);
        Assert.Throws<InvalidOperationException>(() => receive.GetAwaiter().GetResult());
        var copy = receive;
#pragma warning restore CA2012
        await _bench.Send(Bench.Queue, null, "1");
        Assert.Single(await receive);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await copy);
    }

    [Fact]
    public async Task Queue_that_nobody_waits_at_has_no_timer()
    {
        var time = new CountingTimeProvider();
        var broker = new InMemoryBroker(time);
        broker.DeclareQueue(Bench.Queue, new InMemoryQueueOptions { WaitTime = TimeSpan.FromSeconds(1) });
        await using var sender = broker.CreateSender(Bench.Queue);
        await using var receiver = broker.CreateReceiver(Bench.Queue);
        await sender.SendAsync(new(Bench.Message("1"), Bench.Message("2", delay: TimeSpan.FromHours(1))), Bench.Stop);
        await receiver.ReceiveAsync(1, Bench.Stop);
        Assert.Equal(0, time.Armed);

        var waits = new[] { receiver.ReceiveAsync(1, Bench.Stop).AsTask(), receiver.ReceiveAsync(1, Bench.Stop).AsTask() };
        Assert.Equal(1, time.Armed);
        time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(waits);
        Assert.Equal(0, time.Armed);
        Assert.Equal(1, time.Created);
    }

    /// <summary>Goes on when it is read, and rings then: so do clocks for tests that another thread moves at that moment.</summary>
    private sealed class RingingTime : FakeTimeProvider
    {
        public TimeSpan RingsAfter { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            if (RingsAfter > TimeSpan.Zero)
            {
                var after = RingsAfter;
                RingsAfter = TimeSpan.Zero;
                Advance(after);
            }

            return base.GetUtcNow();
        }

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }
}
