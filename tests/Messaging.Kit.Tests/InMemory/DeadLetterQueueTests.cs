using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory;

public sealed class DeadLetterQueueTests
{
    private readonly Bench _bench = new();

    [Fact]
    public async Task Message_moves_to_the_dead_letter_queue_instead_of_one_delivery_too_many()
    {
        var dead = _bench.Declare("orders-dlq");
        var queue = _bench.Declare(Bench.Queue, options => (options.DeadLetterQueue, options.MaxReceiveCount) = ("orders-dlq", 2));
        var sent = Bench.Message("1");
        sent.Headers.Set("a", "1");
        await _bench.Send(Bench.Queue, sent);
        for (var i = 1; i <= 2; i++)
        {
            var received = await _bench.ReceiveOne(Bench.Queue);
            Assert.Equal(i, received.DeliveryCount);
            received.Headers.Set("b", "2");
            await _bench.Nack(Bench.Queue, TimeSpan.Zero, received);
            Assert.Equal(0, dead.Backlog.Total);
        }

        await _bench.Send(Bench.Queue, null, "2");
        Assert.Equal("2", Bench.Ids(await _bench.Receive(Bench.Queue, 1)));

        Assert.Equal(new Backlog(0, 1, 0), queue.Backlog);
        Assert.Equal(1, queue.DeadLetteredCount);
        var letter = await _bench.ReceiveOne("orders-dlq");
        Assert.Equal("1", letter.Id);
        Assert.Equal(1, letter.DeliveryCount);
        Assert.Equal([new("a", "1")], letter.Headers);
    }

    [Fact]
    public async Task Message_whose_leases_run_out_is_dead_lettered_too()
    {
        _bench.Declare(Bench.Queue, options => (options.DeadLetterQueue, options.MaxReceiveCount) = ("orders-dlq", 1));
        await _bench.Send(Bench.Queue, null, "1");
        await _bench.ReceiveOne(Bench.Queue);
        _bench.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Empty(await _bench.Receive(Bench.Queue));
        Assert.Equal("1", Bench.Ids(_bench.Broker.GetQueue("orders-dlq").Peek()));
    }

    [Fact]
    public async Task Dead_letter_leaves_its_group_to_the_next_message()
    {
        var dead = _bench.Declare("orders-dlq.fifo");
        _bench.Declare(Bench.Fifo, options => (options.DeadLetterQueue, options.MaxReceiveCount) = ("orders-dlq.fifo", 1));
        await _bench.Send(Bench.Fifo, "a", "a1", "a2");
        await _bench.Send("orders-dlq.fifo", "a", "a1");
        await _bench.Nack(Bench.Fifo, TimeSpan.Zero, await _bench.ReceiveOne(Bench.Fifo));
        await _bench.Send(Bench.Fifo, "b", "b1");

        var received = await _bench.Receive(Bench.Fifo);

        Assert.Equal("a2 b1", Bench.Ids(received));
        Assert.Equal("a1 a1", Bench.Ids(dead.Peek()));
        await _bench.Nack(Bench.Fifo, TimeSpan.Zero, received);
        Assert.Empty(await _bench.Receive(Bench.Fifo));
        Assert.Equal("a1 a1 a2 b1", Bench.Ids(dead.Peek()));
        await _bench.Send(Bench.Fifo, "a", "a3");
        Assert.Equal("a3", Bench.Ids(await _bench.Receive(Bench.Fifo)));
    }

    [Fact]
    public async Task Two_queues_may_be_each_others_dead_letter_queue()
    {
        var a = _bench.Declare("a", options => (options.DeadLetterQueue, options.MaxReceiveCount) = ("b", 1));
        var b = _bench.Declare("b", options => (options.DeadLetterQueue, options.MaxReceiveCount) = ("a", 1));
        await _bench.Send("a", null, "1");
        await _bench.Nack("a", TimeSpan.Zero, await _bench.ReceiveOne("a"));
        Assert.Empty(await _bench.Receive("a"));
        await _bench.Nack("b", TimeSpan.Zero, await _bench.ReceiveOne("b"));
        Assert.Empty(await _bench.Receive("b"));

        Assert.Equal("1", Bench.Ids(a.Peek()));
        Assert.Equal(0, b.Backlog.Total);
    }

    [Fact]
    public async Task Who_waits_at_the_dead_letter_queue_is_woken()
    {
        _bench.Declare("orders-dlq", options => options.WaitTime = TimeSpan.FromSeconds(10));
        _bench.Declare(Bench.Queue, options => (options.DeadLetterQueue, options.MaxReceiveCount) = ("orders-dlq", 1));
        var letter = _bench.Receive("orders-dlq");
        await _bench.Send(Bench.Queue, null, "1");
        await _bench.Nack(Bench.Queue, TimeSpan.Zero, await _bench.ReceiveOne(Bench.Queue));
        Assert.False(letter.IsCompleted);
        Assert.Empty(await _bench.Receive(Bench.Queue));

        Assert.Equal("1", Bench.Ids(await letter));
    }
}
