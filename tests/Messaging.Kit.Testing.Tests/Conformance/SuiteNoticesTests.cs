using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Testing.Conformance;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing.Tests.Conformance;

/// <summary>The suite is not content with just anything: each of these transports is broken in one way, and the suite notices.</summary>
public sealed class SuiteNoticesTests
{
    private static readonly Dictionary<string, (MutantHarness Harness, Func<MutantHarness, Task> Behaviour)> Mutants = new()
    {
        ["loses the last entry of a batch"] = (Sender(s => new MutantSender(s) { Change = e => Sample.NumberOf(e) == 9 ? [] : [e] }), On<Batch>(s => s.A_full_batch_arrives())),
        ["sends twice"] = (Sender(s => new MutantSender(s) { Change = e => [e, e] }), On<Batch>(s => s.Concurrent_sends_lose_and_double_nothing())),
        ["loses one of five hundred"] = (Sender(s => new MutantSender(s) { Change = e => Sample.NumberOf(e) == 321 ? [] : [e] }), On<Batch>(s => s.Five_hundred_messages_come_once_each())),
        ["counts too few bytes"] = (Sender(s => new MutantSender(s) { MeasureAs = bytes => bytes - 1 }), On<Batch>(s => s.A_message_at_the_limit_arrives())),
        ["counts too few bytes in a batch"] = (Sender(s => new MutantSender(s) { MeasureAs = bytes => bytes - 1 }), On<Batch>(s => s.A_message_at_the_limit_arrives_whatever_it_is_made_of())),
        ["hides that a message is too large"] = (Sender(s => new MutantSender(s) { HidesFailures = true }), On<Batch>(s => s.A_message_over_the_limit_is_refused_as_too_large())),
        ["fails others with the one that is too large"] = (Sender(s => new MutantSender(s) { HidesFailures = true }), On<Batch>(s => s.An_oversize_message_does_not_falsify_the_outcome_of_others())),
        ["takes headers for ASCII"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, headers: Ascii)] }), On<Content>(s => s.Headers_arrive_as_they_were_set())),
        ["takes keys for ASCII"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, key: Ascii(e.Key!))] }), On<Content>(s => s.Keys_of_any_length_and_script_arrive())),
        ["cuts long keys"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, key: e.Key![..Math.Min(128, e.Key!.Length)])] }), On<Content>(s => s.Keys_of_any_length_and_script_arrive_where_keys_have_order())),
        ["takes a body for text"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, body: Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(e.Body.Span)))] }), On<Content>(s => s.A_body_of_any_bytes_arrives_byte_for_byte())),
        ["sends null for an empty body"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, body: e.Body.IsEmpty ? "null"u8.ToArray() : e.Body)] }), On<Content>(s => s.An_empty_body_arrives_empty())),
        ["cuts the time to milliseconds"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, time: DateTimeOffset.FromUnixTimeMilliseconds(e.Time.ToUnixTimeMilliseconds()))] }), On<Content>(s => s.A_message_arrives_whole())),
        ["uses an envelope after its call"] = (Sender(s => new MutantSender(s) { AnswersBeforeItSends = true }), On<Content>(s => s.An_envelope_may_be_reused_once_it_is_sent())),
        ["returns more than was asked for"] = (Receiver(r => new MutantReceiver(r) { AskFor = most => most + 1 }), On<Receive>(s => s.No_more_comes_than_was_asked_for())),
        ["delivers a message in the place of another"] = (Receiver(r => new MutantReceiver(r) { Change = EightForSeven }), On<Receive>(s => s.Two_receivers_share_and_no_message_goes_to_both())),
        ["does not end when cancelled"] = (Receiver(r => new MutantReceiver(r) { IgnoresCancellation = true }), On<Receive>(s => s.A_cancelled_receive_ends_at_once())),
        ["takes messages when cancelled before"] = (Receiver(r => new MutantReceiver(r) { LeavesPollsBehind = true }), On<Receive>(s => s.A_receive_that_is_cancelled_before_it_begins_takes_nothing())),
        ["strands messages when cancelled"] = (Receiver(r => new MutantReceiver(r) { LeavesPollsBehind = true }), On<Receive>(s => s.A_cancelled_receive_strands_nothing())),
        ["strands messages when disposed of"] = (Receiver(r => new MutantReceiver(r) { LeavesPollsBehind = true }), On<Lifecycle>(s => s.Disposing_of_a_receiver_strands_nothing())),
        ["goes on receiving when disposed of"] = (Receiver(r => new MutantReceiver(r) { IgnoresDispose = true }), On<Lifecycle>(s => s.Disposing_of_a_receiver_ends_its_receive())),
        ["receives after it was disposed of"] = (Receiver(r => new MutantReceiver(r) { IgnoresDispose = true }), On<Lifecycle>(s => s.A_receiver_refuses_when_it_has_been_disposed_of())),
        ["sends after it was disposed of"] = (Sender(s => new MutantSender(s) { IgnoresDispose = true }), On<Lifecycle>(s => s.A_sender_refuses_when_it_has_been_disposed_of())),
        ["gives a missing destination another kind"] = (Sender(s => new MutantSender(s) { Rethrow = e => new TransportException(FailureKind.Permanent, e.Message, e) }), On<Lifecycle>(s => s.Sending_to_a_missing_destination_is_reported_as_not_found())),
        ["forgets acks"] = (Receiver(r => new MutantReceiver(r) { SettleAs = s => s.IsAck ? null : s }), On<Settling>(s => s.An_acked_message_is_gone())),
        ["forgets a full batch"] = (Receiver(r => new MutantReceiver(r) { SettleAs = s => s.IsAck ? null : s }), On<Settling>(s => s.A_full_batch_is_settled_in_one_call())),
        ["acks more than it was told"] = (Receiver(r => new MutantReceiver(r) { AcksAllThatItHolds = true }), On<Settling>(s => s.Acking_one_message_leaves_the_others())),
        ["forgets returns"] = (Receiver(r => new MutantReceiver(r) { SettleAs = s => s.IsAck ? s : null }), On<Settling>(s => s.A_returned_message_comes_again_and_is_counted())),
        ["acks what is returned"] = (Receiver(r => new MutantReceiver(r) { SettleAs = _ => Settlement.Ack }), On<Settling>(s => s.Each_entry_of_a_batch_gets_its_own_settlement())),
        ["does not count deliveries"] = (Receiver(r => new MutantReceiver(r) { Change = e => [.. e.Select(Once)] }), On<Settling>(s => s.A_returned_message_comes_again_and_is_counted())),
        ["returns at once what is for later"] = (Receiver(r => new MutantReceiver(r) { SettleAs = s => s.IsAck ? s : Settlement.Nack() }), On<Settling>(s => s.A_message_returned_for_later_stays_away_until_then())),
        ["cuts delays to seconds"] = (Receiver(r => new MutantReceiver(r) { SettleAs = s => s.IsAck ? s : Settlement.Nack(TimeSpan.FromSeconds(Math.Floor(s.RedeliverAfter.TotalSeconds))) }), On<Settling>(s => s.A_message_returned_for_later_stays_away_until_then())),
        ["never brings back what is for later"] = (Receiver(r => new MutantReceiver(r) { SettleAs = s => s.RedeliverAfter > TimeSpan.Zero ? Settlement.Ack : s }), On<Settling>(s => s.Each_entry_of_a_batch_gets_its_own_settlement())),
        ["delivers the same object again"] = (Receiver(r => new MutantReceiver(r) { Change = SameObject() }), On<Settling>(s => s.What_a_consumer_changes_does_not_leak_into_the_redelivery())),
        ["renews nothing"] = (Receiver(r => new MutantReceiver(r) { RenewsNothing = true }), On<Lease>(s => s.A_renewed_lease_holds_its_message())),
        ["says that it renewed what is lost"] = (Receiver(r => new MutantReceiver(r) { RenewsNothing = true }), On<Lease>(s => s.Renewing_after_the_lease_is_reported())),
        ["hides that a lease is over"] = (Receiver(r => new MutantReceiver(r) { HidesFailures = true }), On<Lease>(s => s.Acking_after_the_lease_is_reported_and_loses_nothing())),
        ["hides that a return was too late"] = (Receiver(r => new MutantReceiver(r) { HidesFailures = true }), On<Lease>(s => s.Returning_after_the_lease_is_reported_and_takes_the_message_from_nobody())),
        ["reverses what it received"] = (Receiver(r => new MutantReceiver(r) { Change = e => [.. e.Reverse()] }), On<Ordering>(s => s.Messages_of_a_key_come_in_order())),
        ["lets two receivers have a key"] = (Unordered(), On<Ordering>(s => s.A_key_is_in_flight_to_one_receiver_at_a_time())),
        ["lets the tail overtake the head"] = (Unordered(), On<Ordering>(s => s.The_tail_does_not_overtake_a_head_that_is_returned_for_later())),
        ["ignores the delay"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, delay: TimeSpan.Zero)] }), On<Delay>(s => s.A_delayed_message_comes_when_its_delay_is_over_and_not_before())),
        ["cuts the delay to seconds"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, delay: TimeSpan.FromSeconds(Math.Floor(e.Delay.TotalSeconds)))] }), On<Delay>(s => s.A_delayed_message_comes_when_its_delay_is_over_and_not_before())),
        ["delays what has no delay"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, delay: TimeSpan.FromSeconds(20))] }), On<Delay>(s => s.Each_message_of_a_batch_has_its_own_delay())),
        ["only says that it deduplicates"] = (Unordered(), On<Deduplication>(s => s.An_id_is_delivered_once())),
        ["takes ids for the same that differ in case"] = (Sender(s => new MutantSender(s) { Change = e => [Copy(e, id: e.Id.ToUpperInvariant())] }), On<Deduplication>(s => s.Different_ids_are_all_delivered())),
        ["has no figures"] = (Receiver(r => new MutantReceiver(r) { Count = _ => default }), On<Figures>(s => s.The_backlog_follows_the_messages())),
    };

    private static readonly Dictionary<string, (MutantHarness Harness, Func<MutantHarness, Task> Behaviour)> StreamMutants = new()
    {
        ["has one group only"] = (Member((join, _) => join("group")), On<Groups>(s => s.Every_group_gets_every_message())),
        ["makes every member a group of its own"] = (Member((join, group) => join($"{group}-{Guid.NewGuid():N}")), On<Groups>(s => s.Members_of_a_group_share_and_no_message_goes_to_two())),
        ["commits what is not acked"] = (Broken(r => new MutantReceiver(r) { AcksAllThatItHolds = true }), On<Groups>(s => s.A_member_that_leaves_hands_over_exactly_what_it_had_not_acked())),
        ["commits past what is not acked"] = (Broken(r => new MutantReceiver(r) { AcksAllThatItHolds = true }), On<Groups>(s => s.The_next_owner_gets_everything_from_the_first_unacked_message_on())),
        ["forgets what was acked"] = (Broken(r => new MutantReceiver(r) { SettleAs = _ => null }), On<Groups>(s => s.A_group_goes_on_where_it_was_after_all_its_members_left())),
        ["returns what is acked"] = (Broken(r => new MutantReceiver(r) { SettleAs = _ => Settlement.Nack() }), On<Groups>(s => s.Order_within_a_key_holds_while_members_come_and_go())),
        ["hides that a partition has moved"] = (Broken(r => new MutantReceiver(r) { HidesFailures = true }), On<Groups>(s => s.Settling_a_message_of_a_partition_that_moved_is_reported_and_loses_nothing())),
        ["does not leave when it is disposed of"] = (Broken(r => new MutantReceiver(r) { IgnoresDispose = true }), On<Groups>(s => s.A_spare_member_gets_nothing_and_takes_over_when_another_leaves())),
        ["begins always at the beginning"] = (Beginning(), On<Groups>(s => s.A_new_group_begins_at_the_end_when_told_to())),
        ["counts nothing"] = (Broken(r => new MutantReceiver(r) { Count = _ => default }), On<Groups>(s => s.The_backlog_counts_for_each_group())),
    };

    public static TheoryData<string> Names => [.. Mutants.Keys];

    public static TheoryData<string> StreamNames => [.. StreamMutants.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_transport_is_found_out_that(string fault)
    {
        var (harness, behaviour) = Mutants[fault];
        await behaviour(new MutantHarness());
        await AssertNoticedAsync(harness, behaviour);
    }

    [Theory]
    [MemberData(nameof(StreamNames))]
    public async Task A_stream_is_found_out_that(string fault)
    {
        var (harness, behaviour) = StreamMutants[fault];
        await behaviour(new MutantHarness { IsStream = true });
        await AssertNoticedAsync(harness, behaviour);
    }

    private static async Task AssertNoticedAsync(MutantHarness harness, Func<MutantHarness, Task> behaviour)
    {
        var noticed = await Record.ExceptionAsync(() => behaviour(harness));
        Assert.NotNull(noticed);
        TestContext.Current.TestOutputHelper!.WriteLine($"The suite says: {noticed.Message}");
        Assert.DoesNotContain("$XunitDynamicSkip$", noticed.Message, StringComparison.Ordinal);
    }

    private static MutantHarness Sender(Func<ITransportSender, ITransportSender> broken) => new() { BreakSender = broken };

    private static MutantHarness Receiver(Func<ITransportReceiver, ITransportReceiver> broken) => new() { BreakReceiver = broken };

    private static MutantHarness Member(Func<Func<string, ITransportReceiver>, string, ITransportReceiver> broken) => new() { IsStream = true, BreakMember = broken };

    private static MutantHarness Broken(Func<ITransportReceiver, ITransportReceiver> broken) => Member((join, group) => broken(join(group)));

    private static MutantHarness Beginning() => new() { IsStream = true, IgnoresStart = true };

    // A standard queue that claims to be FIFO.
    private static MutantHarness Unordered() => new()
    {
        IsNeverFifo = true,
        BreakSender = s => new MutantSender(s) { ClaimsToo = TransportFeatures.Ordering | TransportFeatures.Deduplication },
        BreakReceiver = r => new MutantReceiver(r) { ClaimsToo = TransportFeatures.Ordering },
    };

    private static Func<MutantHarness, Task> On<TSuite>(Func<TSuite, Task> behaviour)
        where TSuite : ConformanceSuite<MutantHarness>, new() => async harness =>
    {
        var suite = new TSuite();
        suite.Use(harness);
        try
        {
            await behaviour(suite).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        finally
        {
            await suite.DisposeAsync();
        }
    };

    private static string Ascii(string text) => Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(text));

    private static Envelope Copy(
        Envelope e, string? id = null, ReadOnlyMemory<byte>? body = null, string? key = null, DateTimeOffset? time = null, TimeSpan? delay = null, Func<string, string>? headers = null)
    {
        var copy = new Envelope(id ?? e.Id, e.Type, body ?? e.Body) { Source = e.Source, ContentType = e.ContentType, Time = time ?? e.Time, Key = key ?? e.Key, Delay = delay ?? e.Delay };
        foreach (var (name, value) in e.Headers)
        {
            copy.Headers.Set(name, headers is null ? value : headers(value));
        }

        return copy;
    }

    private static ReceivedEnvelope Once(ReceivedEnvelope e) => new(e.Id, e.Type, e.Body) { Source = e.Source, ContentType = e.ContentType, Time = e.Time, Key = e.Key };

    private static IReadOnlyList<ReceivedEnvelope> EightForSeven(IReadOnlyList<ReceivedEnvelope> came) => [.. came.Select(e => Sample.NumberOf(e) == 7 ? new ReceivedEnvelope(Sample.NewId(8), e.Type, e.Body) : e)];

    private static Func<IReadOnlyList<ReceivedEnvelope>, IReadOnlyList<ReceivedEnvelope>> SameObject()
    {
        var first = new Dictionary<string, ReceivedEnvelope>();
        return came => [.. came.Select(e => first.TryAdd(e.Id, e) ? e : first[e.Id])];
    }

    private sealed class Content : ContentConformance<MutantHarness>;

    private sealed class Batch : BatchConformance<MutantHarness>;

    private sealed class Receive : ReceiveConformance<MutantHarness>;

    private sealed class Settling : SettlementConformance<MutantHarness>;

    private sealed class Lease : LeaseConformance<MutantHarness>;

    private sealed class Ordering : OrderingConformance<MutantHarness>;

    private sealed class Delay : DelayConformance<MutantHarness>;

    private sealed class Deduplication : DeduplicationConformance<MutantHarness>;

    private sealed class Lifecycle : LifecycleConformance<MutantHarness>;

    private sealed class Groups : GroupConformance<MutantHarness>;

    private sealed class Figures : BacklogConformance<MutantHarness>;
}
