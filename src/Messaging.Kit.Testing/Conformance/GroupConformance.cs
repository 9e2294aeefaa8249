using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>Groups read a stream, each all of it; their members share its partitions, and what one has not acked goes to the next.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class GroupConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private const string Group = "group";

    // How long a partition may take to move: a group's agreement, and the time that is given to whoever had it.
    private static readonly TimeSpan Moving = TimeSpan.FromSeconds(30);

    /// <summary>Every group gets every message, whatever other groups do.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Every_group_gets_every_message()
    {
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..20));
        Consumer[] groups = [Join(channel, "one"), Join(channel, "other")];
        var received = groups.Select(_ => new List<ReceivedEnvelope>()).ToArray();
        for (var i = 0; i < groups.Length; i++)
        {
            received[i].AddRange(await groups[i].TakeAndAckAsync(20));
        }

        await SendAsync(channel, Sample.Numbered(20..30));
        for (var i = 0; i < groups.Length; i++)
        {
            received[i].AddRange(await groups[i].TakeAndAckAsync(10));
            Sample.AssertOnceEach(30, received[i]);
        }
    }

    /// <summary>The members of a group share its messages, and no message goes to two of them.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Members_of_a_group_share_and_no_message_goes_to_two()
    {
        const int Count = 200;
        var channel = await OpenStreamAsync();
        var group = NewGroup(channel);
        GroupMember[] members = [group.Join(), group.Join()];
        await group.SettleAsync(active: 2);

        var before = members.Select(member => member.Received.Count).ToArray();
        await SendAsync(channel, Sample.Numbered(0..Count));
        await group.UntilAsync(() => members.Sum(member => member.Received.Count) - before.Sum() >= Count, $"The arrival of {Count} messages");
        await group.LeaveAsync();
        var shares = members.Select((member, index) => member.Received.Skip(before[index]).ToArray()).ToArray();
        Assert.All(shares, Assert.NotEmpty);
        Sample.AssertOnceEach(Count, shares.SelectMany(share => share));
    }

    /// <summary>
    /// While members come and go in the middle of a stream, one of them without acking its last messages, the messages of each key come
    /// without gaps, and again only those that were not acked.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Order_within_a_key_holds_while_members_come_and_go()
    {
        const int Keys = 12;
        var channel = await OpenStreamAsync();
        var sequences = new KeySequences();
        var group = NewGroup(channel, sequences);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sending = SendSequencesAsync(channel, Keys, stop.Token);

        var first = await JoinInMidstreamAsync(group);
        var second = await JoinInMidstreamAsync(group);
        var third = await JoinInMidstreamAsync(group);
        await group.LeaveUnackedAsync(first);
        await JoinInMidstreamAsync(group);
        await group.LeaveAsync(second);
        await group.LeaveUnackedAsync(third);
        await JoinInMidstreamAsync(group);

        await stop.CancelAsync();
        var last = await sending - 1;
        await group.UntilAsync(() => sequences.AreAcked(Keys, last) || sequences.Violations.Count > 0, $"The acks of all messages up to {last}");
        await group.LeaveAsync();
        Assert.Empty(sequences.Violations);
        Assert.True(sequences.Repeated > 0, "Two members left without acking what they had received last, and nothing came again.");
    }

    /// <summary>A member that leaves hands over what it has not acked, no more and no less.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_member_that_leaves_hands_over_exactly_what_it_had_not_acked()
    {
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..24));
        var (leaving, next) = (Join(channel), Join(channel));
        var taken = await leaving.TakeAsync(24);
        await leaving.AckAsync([.. taken.Take(10)]);
        await leaving.Receiver.DisposeAsync();
        var again = await next.TakeAsync(14);
        await next.TakeNothingAsync("the other messages were acked");
        AssertIds(taken.Skip(10), again);
    }

    /// <summary>When later messages were acked before an earlier one, the next owner gets everything from that one on, in order, and nothing before it.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task The_next_owner_gets_everything_from_the_first_unacked_message_on()
    {
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..10, "key"));
        var (leaving, next) = (Join(channel), Join(channel));
        var taken = await leaving.TakeAsync(10);
        foreach (var number in new[] { 9, 0, 4, 2, 8, 1, 5, 7, 6 })
        {
            await leaving.AckAsync(taken[number]);
        }

        await leaving.Receiver.DisposeAsync();
        var again = await next.TakeAsync(7);
        await next.TakeNothingAsync("the messages before the first that was not acked are done with");
        Assert.Equal(Enumerable.Range(3, 7), again.Select(Sample.NumberOf));
    }

    /// <summary>A group that is new begins with the first message there is.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_new_group_begins_at_the_beginning()
    {
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..10, "key"));
        await Join(channel, "first").TakeAndAckAsync(10);
        await SendAsync(channel, Sample.Numbered(10..12, "key"));
        Assert.Equal(Enumerable.Range(0, 12), (await Join(channel, "second").TakeAndAckAsync(12)).Select(Sample.NumberOf));
    }

    /// <summary>A group that is new and told so begins with the next message that comes, and misses none from then on.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_new_group_begins_at_the_end_when_told_to()
    {
        const int Old = 10, More = 10;
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..Old, "key"));
        var consumer = new Consumer(channel, channel.CreateReceiver(Group, startAtEnd: true), Harness.Patience, Token);
        await consumer.TakeNothingAsync("the group begins at the end");

        // It may take a moment until the group knows where the end is.
        var (sent, came) = (Old, new List<ReceivedEnvelope>());
        for (var attempt = 0; came.Count == 0 && attempt < Harness.Patience.TotalSeconds; attempt++)
        {
            await SendAsync(channel, Sample.Numbered(sent++, "key"));
            var receive = consumer.Receiver.ReceiveAsync(1, Token).AsTask();
            await channel.PassUntilAsync(receive, Harness.Patience, Token);
            came.AddRange(await receive);
        }

        Assert.NotEmpty(came);
        await SendAsync(channel, Sample.Numbered(sent..(sent + More), "key"));
        var first = Sample.NumberOf(came[0]);
        came.AddRange(await consumer.TakeAsync(sent + More - first - 1));
        Assert.True(first >= Old, $"The group should begin at the end, and got {Sample.Describe(came)} of the {Old} messages before.");
        Assert.Equal(Enumerable.Range(first, came.Count), came.Select(Sample.NumberOf));
    }

    /// <summary>A group without members keeps its place: who joins it later goes on there.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_group_goes_on_where_it_was_after_all_its_members_left()
    {
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..20));
        var before = Join(channel);
        var done = await before.TakeAndAckAsync(15);
        await before.Receiver.DisposeAsync();
        await SendAsync(channel, Sample.Numbered(20..30));
        var after = Join(channel);
        done.AddRange(await after.TakeAndAckAsync(15));
        await after.TakeNothingAsync("all other messages were acked before");
        Sample.AssertOnceEach(30, done);
    }

    /// <summary>With more members than partitions one gets nothing, until another leaves: then it takes over.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_spare_member_gets_nothing_and_takes_over_when_another_leaves()
    {
        var channel = await OpenStreamAsync();
        var group = NewGroup(channel);
        for (var i = 0; i <= channel.Partitions; i++)
        {
            group.Join();
        }

        var shares = await group.SettleAsync(active: channel.Partitions);
        var spare = shares.Single(share => share.Value.Length == 0).Key;
        await group.LeaveAsync(shares.First(share => share.Value.Length > 0).Key);
        Assert.NotEmpty((await group.SettleAsync(active: channel.Partitions))[spare]);
        await group.LeaveAsync();
    }

    /// <summary>
    /// Who settles a message of a partition that has moved is told that it is not there any more, and the message comes to the new owner;
    /// what has not moved is settled.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Settling_a_message_of_a_partition_that_moved_is_reported_and_loses_nothing()
    {
        const int Count = 32;
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..Count));
        var (late, next) = (Join(channel), Join(channel));
        var taken = await late.TakeAsync(Count);
        var first = await next.TakeOneAsync(letPass: Moving);

        var moved = await SettleLateAsync(late, taken);
        Assert.NotEmpty(moved);
        List<ReceivedEnvelope> again = [first, .. await next.TakeAsync(moved.Count - 1, letPass: Moving)];
        await next.TakeNothingAsync("what has not moved was acked");
        AssertIds(moved, again);
        await next.AckAsync([.. again]);
        await next.Receiver.DisposeAsync();
        await late.TakeNothingAsync("everything has been acked, by one or the other");
    }

    /// <summary>The backlog is that of the receiver's own group.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task The_backlog_counts_for_each_group()
    {
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(0..5));
        var (one, other) = (Join(channel, "one"), Join(channel, "other"));
        await one.AckAsync([.. (await one.TakeAsync(5)).Take(3)]);
        await AssertBacklogAsync(one, 2);
        await AssertBacklogAsync(other, 5);
    }

    /// <summary>
    /// A member that does not ask for messages stays a member, and its part waits for it; but it does not hold up others: what it has received
    /// and does not settle is taken away when partitions move.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_member_that_does_not_ask_stays_a_member_and_blocks_nobody()
    {
        const int Held = 32, Count = 64;
        var channel = await OpenStreamAsync();
        await SendAsync(channel, Sample.Numbered(Count..(Count + Held)));
        var (silent, active) = (Join(channel), Join(channel));
        var held = await silent.TakeAsync(Held);
        var sent = Sample.Numbered(0..Count);
        await SendAsync(channel, sent);

        List<ReceivedEnvelope> came = [await active.TakeOneAsync(letPass: Moving)];
        for (var quiet = 0; quiet < 3; quiet++)
        {
            var receive = active.Receiver.ReceiveAsync(active.Receiver.Limits.BatchCount, Token).AsTask();
            await channel.PassUntilAsync(receive, Harness.Patience, Token);
            var some = await receive;
            came.AddRange(some);
            quiet = some.Count > 0 ? -1 : quiet;
        }

        // Longer than a group waits for a member that has died.
        await channel.PassAsync(TimeSpan.FromSeconds(6), Token);
        var fresh = came.Where(envelope => Sample.NumberOf(envelope) < Count).ToList();
        Assert.InRange(fresh.Count, 1, Count - 1);
        Sample.AssertOnceEach(Count, [.. fresh, .. await silent.TakeAsync(Count - fresh.Count)]);
        AssertIds(came.Except(fresh), await SettleLateAsync(silent, held));
        await active.AckAsync([.. came]);
    }

    private static void AssertIds(IEnumerable<ReceivedEnvelope> expected, IEnumerable<ReceivedEnvelope> received) => Assert.Equal(
        expected.Select(envelope => envelope.Id).Order(StringComparer.Ordinal),
        received.Select(envelope => envelope.Id).Order(StringComparer.Ordinal));

    // Acks; what fails has to be reported as gone.
    private static async Task<List<ReceivedEnvelope>> SettleLateAsync(Consumer consumer, List<ReceivedEnvelope> envelopes)
    {
        var outcomes = await consumer.SettleAsync([.. envelopes.Select(envelope => new SettledEnvelope(envelope, Settlement.Ack))]);
        var failed = envelopes.Zip(outcomes).Where(entry => entry.Second is not null).ToList();
        Assert.All(failed, entry => entry.Second.AssertIs(FailureKind.NotFound, "The outcome of an ack of what has moved"));
        return failed.ConvertAll(entry => entry.First);
    }

    private static async Task<int> SendSequencesAsync(TransportChannel channel, int keys, CancellationToken stop)
    {
        var number = 0;
        while (!stop.IsCancellationRequested)
        {
            var current = number++;
            await channel.Sender.SendAllAsync([.. Enumerable.Range(0, keys).Select(key => Sample.Numbered(current, $"key-{key}"))], Token);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return number;
    }

    private static async Task<GroupMember> JoinInMidstreamAsync(GroupUnderTest group)
    {
        var member = group.Join();
        await group.UntilAsync(() => member.Received.Count > 0, "That a member which joins gets something");
        return member;
    }

    private async Task AssertBacklogAsync(Consumer consumer, long expected)
    {
        Assert.SkipUnless(consumer.Receiver is IBacklogReader, $"The receiver is no {nameof(IBacklogReader)}.");
        var reader = (IBacklogReader)consumer.Receiver;
        var (backlog, start) = (await reader.GetBacklogAsync(Token), TimeProvider.System.GetTimestamp());
        while (backlog.Total != expected && TimeProvider.System.GetElapsedTime(start) < Harness.Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
            backlog = await reader.GetBacklogAsync(Token);
        }

        Assert.Equal(expected, backlog.Total);
    }

    private async Task<TransportChannel> OpenStreamAsync()
    {
        var channel = await OpenAsync(new ChannelOptions { Ordered = true });
        Assert.SkipWhen(channel.CreateMember is null, "The transport has no groups: all receivers of a source share its messages.");
        return channel;
    }

    private Consumer Join(TransportChannel channel, string group = Group) => new(channel, channel.CreateReceiver(group), Harness.Patience, Token);

    private GroupUnderTest NewGroup(TransportChannel channel, KeySequences? sequences = null) => sequences is null
        ? new(channel, Group, Harness.Patience, Token)
        : new(channel, Group, Harness.Patience, Token) { OnReceived = sequences.See, OnAcked = sequences.Ack };
}
