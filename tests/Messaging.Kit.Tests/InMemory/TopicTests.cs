using Messaging.Kit.Messages;

namespace Messaging.Kit.Tests.InMemory;

public sealed class TopicTests
{
    private readonly Bench _bench = new();

    [Fact]
    public async Task Every_subscribed_queue_gets_a_copy_of_its_own()
    {
        _bench.Declare("a");
        _bench.Declare("b");
        var other = _bench.Declare("c");
        _bench.Broker.Subscribe("topic", "a");
        _bench.Broker.Subscribe("topic", "b");
        _bench.Broker.Subscribe("topic", "b");
        var sent = Bench.Message("1");
        sent.Headers.Set("a", "1");
        await _bench.Send("topic", sent, Bench.Message("2"));

        var a = await _bench.Receive("a");
        a[0].Headers.Set("a", "changed");
        a[0].Body = default;
        await _bench.Ack("a", a);
        var b = await _bench.Receive("b");
        Assert.Equal("1 2", Bench.Ids(b));
        Assert.Equal("1", b[0].Headers["a"]);
        Assert.Equal("{}"u8, b[0].Body.Span);
        Assert.Equal(0, other.Backlog.Total);
    }

    [Fact]
    public async Task Message_to_a_topic_without_subscribers_is_accepted_and_gone()
    {
        _bench.Broker.DeclareTopic("topic");
        await _bench.Send("topic", null, "1");
        var queue = _bench.Declare("late");
        _bench.Broker.Subscribe("topic", "late");

        Assert.Equal(0, queue.Backlog.Total);
    }

    [Fact]
    public async Task Smallest_queue_sets_the_limit_and_no_queue_gets_what_is_larger()
    {
        var small = _bench.Declare("small", options => options.MaxMessageBytes = 50);
        var large = _bench.Declare("large");
        _bench.Broker.Subscribe("topic", "small");
        _bench.Broker.Subscribe("topic", "large");
        Assert.Equal(50, _bench.Broker.CreateSender("topic").Limits.MessageBytes);

        var batch = await _bench.Send("topic", Bench.Message("1"), new Envelope("2", "", new byte[51]));

        Assert.Equal(FailureKind.TooLarge, Bench.Failure(batch, 1).Kind);
        Assert.Equal(["1", "1"], [Bench.Ids(small.Peek()), Bench.Ids(large.Peek())]);
    }

    [Fact]
    public async Task Fifo_topic_keeps_order_and_drops_duplicates_in_fifo_queues()
    {
        var fifo = _bench.Declare(Bench.Fifo);
        var standard = _bench.Declare(Bench.Queue);
        _bench.Broker.Subscribe("topic.fifo", Bench.Fifo);
        _bench.Broker.Subscribe("topic.fifo", Bench.Queue);
        var batch = await _bench.Send("topic.fifo", Bench.Message("1", "a"), Bench.Message("1", "a"), Bench.Message("2"), Bench.Message("3", "a"));

        Assert.Equal(1, batch.FailedCount);
        Assert.Contains("Publish with a key", Bench.Failure(batch, 2).Message, StringComparison.Ordinal);
        Assert.Equal("1 3", Bench.Ids(fifo.Peek()));
        Assert.Equal("1 1 3", Bench.Ids(standard.Peek()));
    }

    [Fact]
    public async Task Delay_holds_for_every_copy()
    {
        var queue = _bench.Declare("a");
        _bench.Broker.Subscribe("topic", "a");
        await _bench.Send("topic", Bench.Message("1", delay: TimeSpan.FromSeconds(1)));
        Assert.Equal(1, queue.Backlog.Delayed);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, queue.Backlog.Waiting);
    }

    [Fact]
    public void Fifo_queue_cannot_subscribe_to_a_standard_topic()
    {
        var failure = Assert.Throws<ArgumentException>(() => _bench.Broker.Subscribe("topic", Bench.Fifo));
        Assert.Contains("FIFO topic", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Topics_and_queues_share_their_names()
    {
        _bench.Declare("queue");
        _bench.Broker.DeclareTopic("topic");
        _bench.Broker.DeclareTopic("topic");

        Assert.Throws<InvalidOperationException>(() => _bench.Broker.DeclareTopic("queue"));
        Assert.Throws<InvalidOperationException>(() => _bench.Declare("topic"));
        Assert.Throws<InvalidOperationException>(() => _bench.Broker.Subscribe("queue", "queue"));
    }
}
