using Messaging.Kit.InMemory;
using Messaging.Kit.InMemory.Streams;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Tests.InMemory.Streams;

public sealed class StreamTests
{
    private const string Name = "readings";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));
    private readonly InMemoryBroker _broker;

    public StreamTests() => _broker = new InMemoryBroker(_time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Full_log_gives_up_what_every_group_has_acknowledged()
    {
        var stream = Declare(options => (options.Partitions, options.RetainedMessages) = (1, 10));
        var (one, other) = (Join("one"), Join("other"));
        await Send(0..10);
        await Ack(one, await Receive(one));
        await Ack(other, (await Receive(other)).Take(4));
        await Send(10..14);
        Assert.Equal((4, 14, 10, 4), Partition(stream, "one"));
        Assert.Equal((4, 14, 4, 10), Partition(stream, "other"));

        // Who comes now begins with the first that is still there.
        Assert.Equal(Enumerable.Range(4, 10), (await Receive(Join("new"))).Select(NumberOf));
    }

    [Fact]
    public async Task Full_log_refuses_what_comes_in_a_batch_and_names_the_group_that_is_behind()
    {
        Declare(options => (options.Partitions, options.RetainedMessages) = (1, 10));
        var (quick, _) = (Join("quick"), Join("slow"));
        await Send(0..10);
        await Ack(quick, await Receive(quick));
        var batch = new TransportBatch<Envelope>([.. Messages(10..12)]);
        await _broker.CreateStreamSender(Name).SendAsync(batch, Stop);
        var failure = Assert.IsType<TransportException>(batch.FailureOf(0));
        Assert.Equal((FailureKind.Throttled, 2), (failure.Kind, batch.FailedCount));
        Assert.Contains("group 'slow'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_without_groups_keeps_the_newest()
    {
        Declare(options => (options.Partitions, options.RetainedMessages) = (1, 10));
        await Send(0..25);
        Assert.Equal(Enumerable.Range(15, 10), (await Receive(Join("late"))).Select(NumberOf));
    }

    [Fact]
    public async Task Bytes_are_bounded_too_but_one_message_has_room()
    {
        var stream = Declare(options => (options.Partitions, options.RetainedBytes) = (1, 1_000));
        await Post(new Envelope("large", "reading", new byte[5_000]) { Key = "key" });
        await Post(new Envelope("small", "reading", new byte[999]) { Key = "key" });
        Assert.Equal(["small"], (await Receive(Join("group"))).Select(envelope => envelope.Id));
        Assert.Equal(1, stream.Groups[0].Partitions[0].Start);
    }

    [Fact]
    public async Task Publish_waits_for_room_and_keeps_its_turn()
    {
        Declare(options => (options.Partitions, options.RetainedMessages) = (1, 2));
        var member = Join("group");
        await Send(0..2);
        var posts = Messages(2..4).Select(Post).ToArray();
        Assert.DoesNotContain(posts, post => post.IsCompleted);
        var taken = await Receive(member);
        await Ack(member, taken.Take(1));
        await posts[0].WaitAsync(Patience, Stop);
        Assert.False(posts[1].IsCompleted);
        await Ack(member, taken.Skip(1));
        await posts[1].WaitAsync(Patience, Stop);
        Assert.Equal([2, 3], (await Receive(member)).Select(NumberOf));
    }

    [Fact]
    public async Task Publish_that_waits_too_long_is_throttled_and_not_stored()
    {
        var stream = Declare(options => (options.Partitions, options.RetainedMessages, options.FullTimeout) = (1, 1, TimeSpan.FromSeconds(5)));
        _ = Join("group");
        await Send(0..1);
        var post = Post(Messages(1..2)[0]);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(post.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        var failure = await Assert.ThrowsAsync<TransportException>(() => post.WaitAsync(Patience, Stop));
        Assert.Equal(FailureKind.Throttled, failure.Kind);
        Assert.Contains("'group'", failure.Message, StringComparison.Ordinal);
        Assert.True(stream.DeleteGroup("group"));
        await Send(2..3);
        Assert.Equal([2], (await Receive(Join("other"))).Select(NumberOf));
    }

    [Fact]
    public async Task Publish_that_waits_can_be_taken_back()
    {
        Declare(options => (options.Partitions, options.RetainedMessages) = (1, 1));
        var member = Join("group");
        await Send(0..1);
        using var cancel = new CancellationTokenSource();
        var post = Post(Messages(1..2)[0], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => post.WaitAsync(Patience, Stop));
        await Ack(member, await Receive(member));
        Assert.Empty(await Receive(member));
    }

    [Fact]
    public async Task Sender_that_is_disposed_of_ends_publishes_that_wait()
    {
        Declare(options => (options.Partitions, options.RetainedMessages) = (1, 1));
        _ = Join("group");
        await Send(0..1);
        var sender = (IPipelinedSender)_broker.CreateStreamSender(Name);
        var post = sender.PostAsync(Messages(1..2)[0], new AwaitableReceipt(), Stop).AsTask();
        await sender.DisposeAsync();
        Assert.Equal(FailureKind.Transient, (await Assert.ThrowsAsync<TransportException>(() => post.WaitAsync(Patience, Stop))).Kind);
    }

    [Fact]
    public async Task Group_is_rewound_when_its_first_member_joins_and_not_by_others()
    {
        Declare(options => options.Partitions = 1);
        var before = Join("group");
        await Send(0..10);
        await Ack(before, await Receive(before));
        await before.DisposeAsync();
        var replay = new InMemoryGroupOptions { ReplayFrom = TimeOf(6), WaitTime = TimeSpan.Zero };
        var first = _broker.CreateReceiver(Name, "group", replay);
        var again = await Receive(first);
        Assert.Equal([6, 7, 8, 9], again.Select(NumberOf));
        await Ack(first, again);
        Assert.Empty(await Receive(_broker.CreateReceiver(Name, "group", replay)));
        Assert.Empty(await Receive(first));
    }

    [Fact]
    public async Task Group_shows_who_has_what_and_how_far_it_is()
    {
        var stream = Declare(options => options.Partitions = 2);
        var (first, second) = (Join("group"), Join("group"));
        await Send(0..20, key: null);
        var taken = await Receive(first);
        await Ack(first, taken.Take(5));
        var group = Assert.Single(stream.Groups);
        Assert.Equal(("group", 1, 1, 15), (group.Name, group.Members, group.Rebalances, group.Lag));
        Assert.All(group.Partitions, partition => Assert.Equal(("group-1", 10), (partition.Owner, partition.End)));
        await Receive(second);
        await Ack(first, taken.Skip(5));
        Assert.Equal(["group-1", "group-2"], stream.Groups[0].Partitions.Select(partition => partition.Owner));
        Assert.Equal((2, 2, 0), (stream.Groups[0].Members, stream.Groups[0].Rebalances, stream.Groups[0].Lag));
    }

    [Fact]
    public async Task Holder_is_asked_for_what_moves_and_told_what_is_lost()
    {
        Declare(options => options.Partitions = 2);
        var (first, second) = (Join("group"), Join("group"));
        var holder = new Holder();
        ((IRevocableReceiver)first).Attach(holder);
        await Send(0..4, key: null);
        var held = await Receive(first);
        Assert.Equal(4, held.Count);
        await Receive(second);
        var asked = held.Where(Assert.Single(holder.Released)).ToList();
        Assert.Equal(2, asked.Count);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(holder.Abandoned);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(asked, held.Where(Assert.Single(holder.Abandoned)));
        Assert.Equal(asked.Select(NumberOf), (await Receive(second)).Select(NumberOf));
    }

    [Fact]
    public async Task Partition_moves_as_soon_as_all_in_hand_is_settled()
    {
        Declare(options => options.Partitions = 2);
        var (first, second) = (Join("group"), Join("group"));
        await Send(0..4, key: null);
        var held = await Receive(first);
        Assert.Empty(await Receive(second));

        // Returned, it comes to the next owner; acknowledged, it does not.
        await Ack(first, held.Where((_, index) => index % 2 == 0));
        await Settle(first, Settlement.Nack(), held.Where((_, index) => index % 2 == 1));
        Assert.Single(await Receive(second));
    }

    [Fact]
    public async Task Delay_is_refused()
    {
        Declare();
        var failure = await Assert.ThrowsAsync<TransportException>(() => Post(new Envelope("1", "reading", default) { Delay = TimeSpan.FromSeconds(1) }));
        Assert.Equal(FailureKind.Permanent, failure.Kind);
    }

    [Fact]
    public async Task Faults_of_the_stream_and_of_the_broker_happen()
    {
        var stream = Declare(options => options.Partitions = 1);
        stream.Faults.ThrottleSends(1);
        Assert.Equal(FailureKind.Throttled, (await Assert.ThrowsAsync<TransportException>(() => Post(Messages(0..1)[0]))).Kind);
        var member = Join("group");
        await Send(0..2);
        _broker.Faults.FailReceives(1);
        await Assert.ThrowsAsync<TransportException>(() => member.ReceiveAsync(1, Stop).AsTask());

        // An ack that is lost keeps the message for the next owner.
        stream.Faults.DropAcks(1);
        await Ack(member, await Receive(member));
        Assert.Equal(2, stream.Groups[0].Lag);
        await member.DisposeAsync();
        Assert.Equal([0, 1], (await Receive(Join("group"))).Select(NumberOf));
    }

    [Fact]
    public void Options_may_come_after_the_name_but_not_differ()
    {
        var stream = _broker.DeclareStream(Name);
        _ = _broker.CreateReceiver(Name, "group");
        Assert.Same(stream, Declare(options => options.Partitions = 9));
        Assert.Equal((9, 9), (stream.Partitions, stream.Groups[0].Partitions.Count));
        Assert.Same(stream, _broker.DeclareStream(Name));
        Assert.Contains("Partitions is 9 and not 3", Assert.Throws<InvalidOperationException>(() => Declare(options => options.Partitions = 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_that_is_in_use_is_not_divided_anew()
    {
        _broker.DeclareStream(Name);
        await Send(0..1);
        Assert.Throws<InvalidOperationException>(() => Declare(options => options.Partitions = 9));
    }

    [Fact]
    public void Faulty_options_are_told_all_at_once()
    {
        var stream = Assert.Throws<ArgumentException>(() => Declare(options => (options.Partitions, options.RetainedMessages, options.RetainedBytes, options.MaxMessageBytes) = (0, 0, 0, 0)));
        Assert.Equal(4, stream.Message.Split(Environment.NewLine).Length);
        var group = Assert.Throws<ArgumentException>(() => _broker.CreateReceiver(Name, "group", new() { StartAtEnd = true, ReplayFrom = TimeOf(0), WaitTime = TimeSpan.FromSeconds(-1) }));
        Assert.Equal(2, group.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void Names_are_shared_with_queues_and_topics()
    {
        _broker.DeclareQueue("queue");
        _broker.DeclareStream(Name);
        Assert.Throws<InvalidOperationException>(() => _broker.DeclareStream("queue"));
        Assert.Throws<InvalidOperationException>(() => _broker.DeclareQueue(Name));
        Assert.Throws<InvalidOperationException>(() => _broker.DeclareTopic(Name));
    }

    [Fact]
    public async Task Group_with_members_is_not_deleted()
    {
        var stream = Declare();
        var member = Join("group");
        await Receive(member);
        Assert.Throws<InvalidOperationException>(() => stream.DeleteGroup("group"));
        await member.DisposeAsync();
        Assert.True(stream.DeleteGroup("group"));
        Assert.False(stream.DeleteGroup("group"));
    }

    private static DateTimeOffset TimeOf(int number) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(number);

    private static Envelope[] Messages(Range numbers, string? key = "key") =>
        [.. Enumerable.Range(numbers.Start.Value, numbers.End.Value - numbers.Start.Value).Select(number => new Envelope($"{number}", "reading", "{}"u8.ToArray()) { Key = key, Time = TimeOf(number) })];

    private static int NumberOf(Envelope envelope) => int.Parse(envelope.Id, System.Globalization.CultureInfo.InvariantCulture);

    private static (long Start, long End, long Committed, long Lag) Partition(InMemoryStream stream, string group)
    {
        var partition = stream.Groups.Single(known => known.Name == group).Partitions[0];
        return (partition.Start, partition.End, partition.Committed, partition.Lag);
    }

    private static async Task<IReadOnlyList<ReceivedEnvelope>> Receive(ITransportReceiver receiver) => await receiver.ReceiveAsync(100, Stop);

    private static Task Ack(ITransportReceiver receiver, IEnumerable<ReceivedEnvelope> envelopes) => Settle(receiver, Settlement.Ack, envelopes);

    private static async Task Settle(ITransportReceiver receiver, Settlement settlement, IEnumerable<ReceivedEnvelope> envelopes)
    {
        if (envelopes.Select(envelope => new SettledEnvelope(envelope, settlement)).ToArray() is { Length: > 0 } entries)
        {
            var batch = new TransportBatch<SettledEnvelope>(entries);
            await receiver.SettleAsync(batch, Stop);
            Assert.Equal(0, batch.FailedCount);
        }
    }

    private InMemoryStream Declare(Action<InMemoryStreamOptions>? configure = null)
    {
        var options = new InMemoryStreamOptions();
        configure?.Invoke(options);
        return _broker.DeclareStream(Name, options);
    }

    private ITransportReceiver Join(string group) => _broker.CreateReceiver(Name, group, new() { WaitTime = TimeSpan.Zero });

    private async Task Send(Range numbers, string? key = "key")
    {
        foreach (var message in Messages(numbers, key))
        {
            await Post(message).WaitAsync(Patience, Stop);
        }
    }

    private Task Post(Envelope message) => Post(message, Stop);

    private async Task Post(Envelope message, CancellationToken cancellationToken)
    {
        var receipt = new AwaitableReceipt();
        await ((IPipelinedSender)_broker.CreateStreamSender(Name)).PostAsync(message, receipt, cancellationToken);
        await receipt.Outcome;
    }

    private sealed class Holder : IMessageHolder
    {
        public List<Func<ReceivedEnvelope, bool>> Released { get; } = [];

        public List<Func<ReceivedEnvelope, bool>> Abandoned { get; } = [];

        public void Release(Func<ReceivedEnvelope, bool> which) => Released.Add(which);

        public void Abandon(Func<ReceivedEnvelope, bool> which) => Abandoned.Add(which);
    }
}
