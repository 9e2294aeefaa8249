using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>How long a received message is one's own: the lease, its renewal, and what is left when it is over.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class LeaseConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

    /// <summary>The receiver says how long its leases last, and how long they can be renewed.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_receiver_says_how_long_its_lease_lasts()
    {
        var (_, consumer) = await OpenLeasedAsync(sent: 0);
        Assert.Equal(Lease, consumer.Renewer.LeaseDuration);
        Assert.True(consumer.Renewer.MaxLease >= Lease, $"The longest lease, {consumer.Renewer.MaxLease}, is shorter than one lease, {Lease}.");
    }

    /// <summary>A message that is neither settled nor renewed comes again when its lease is over, not before, and is counted.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_comes_again_when_its_lease_is_over_and_not_before()
    {
        var (channel, consumer) = await OpenLeasedAsync(sent: 1);
        var clock = TestClock.Start(channel);
        var taken = await consumer.TakeOneAsync();
        var again = await Consume(channel).TakeOneAsync(letPass: Lease + Slack);
        clock.AssertAtLeast(Lease, "The message came again");
        Assert.Equal(taken.Id, again.Id);
        Assert.Equal(2, again.DeliveryCount);
    }

    /// <summary>A message whose lease is renewed in time stays with its holder, for several leases, and can be settled by it.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_renewed_lease_holds_its_message()
    {
        var (channel, consumer) = await OpenLeasedAsync(sent: 2);
        var taken = await consumer.TakeAsync(2);
        var other = Consume(channel);
        var clock = TestClock.Start(channel);
        while (clock.Elapsed < Lease * 2.5)
        {
            Assert.All(await consumer.RenewAsync([.. taken]), Assert.Null);
            await other.TakeNothingAsync($"both messages are leased and renewed, the last time {clock.Elapsed.TotalSeconds:0.0} s after their receive");
        }

        await consumer.AckAsync([.. taken]);
        await channel.PassAsync(Lease, Token);
        await other.TakeNothingAsync("both messages were acked within a renewed lease");
    }

    /// <summary>A lease that is no longer renewed runs out one lease after the last renewal, not earlier.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_renewal_lasts_for_one_lease_from_then()
    {
        var (channel, consumer) = await OpenLeasedAsync(sent: 1);
        var taken = await consumer.TakeOneAsync();
        _ = consumer.Renewer;
        await channel.PassAsync(Lease / 2, Token);
        var clock = TestClock.Start(channel);
        Assert.Null((await consumer.RenewAsync(taken))[0]);
        Assert.Equal(taken.Id, (await Consume(channel).TakeOneAsync(letPass: Lease + Slack)).Id);
        clock.AssertAtLeast(Lease, "The message came again");
    }

    /// <summary>Acking when the lease is over and another receiver has the message is reported, and takes it from nobody.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Acking_after_the_lease_is_reported_and_loses_nothing()
    {
        var (late, holder, old, current) = await OverrunAsync();
        (await late.SettleAsync(new SettledEnvelope(old, Settlement.Ack)))[0].AssertIs(FailureKind.NotFound, "The outcome of an ack after the lease");
        await AssertHeldAsync(holder, late, current);
    }

    /// <summary>Returning when the lease is over and another receiver has the message is reported, and takes it from nobody.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Returning_after_the_lease_is_reported_and_takes_the_message_from_nobody()
    {
        var (late, holder, old, current) = await OverrunAsync();
        (await late.SettleAsync(new SettledEnvelope(old, Settlement.Nack())))[0].AssertIs(FailureKind.NotFound, "The outcome of a return after the lease");
        await AssertHeldAsync(holder, late, current);
    }

    /// <summary>
    /// When the lease is over and nobody else has received the message yet, the outcome of an ack is true: either it is
    /// reported as lost and the message comes again, or it succeeds and the message is gone.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task The_outcome_of_an_ack_at_the_end_of_the_lease_is_true()
    {
        var (channel, consumer) = await OpenLeasedAsync(sent: 1);
        var taken = await consumer.TakeOneAsync();
        await channel.PassAsync(Lease + TimeSpan.FromSeconds(0.5), Token);
        var outcome = (await consumer.SettleAsync(new SettledEnvelope(taken, Settlement.Ack)))[0];
        if (outcome is null)
        {
            await Consume(channel).TakeNothingAsync("the late ack was reported as done");
        }
        else
        {
            outcome.AssertIs(FailureKind.NotFound, "The outcome of a late ack, unless it succeeds,");
            Assert.Equal(taken.Id, (await Consume(channel).TakeOneAsync()).Id);
        }
    }

    /// <summary>Renewing when the lease is over is reported as final, so that a holder knows that it has lost the message.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Renewing_after_the_lease_is_reported()
    {
        var (late, holder, old, current) = await OverrunAsync();
        AssertLost((await late.RenewAsync(old))[0]);
        await AssertHeldAsync(holder, late, current);
    }

    /// <summary>Renewing a message that was returned is reported and does not hold it back.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Renewing_a_returned_message_is_reported_and_does_not_hold_it()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Lease | TransportFeatures.Redelivery);
        await SendAsync(channel, Sample.Numbered(1));
        var taken = await consumer.TakeOneAsync();
        await consumer.NackAsync(taken);
        AssertLost((await consumer.RenewAsync(taken))[0]);
        Assert.Equal(taken.Id, (await consumer.TakeOneAsync()).Id);
    }

    /// <summary>One lost lease in a batch does not keep the others from being renewed, and is told from them.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_lost_lease_does_not_keep_others_from_being_renewed()
    {
        var (channel, consumer) = await OpenLeasedAsync(sent: 3);
        var taken = await consumer.TakeAsync(3);
        _ = consumer.Renewer;
        await consumer.AckAsync(taken[1]);
        var other = Consume(channel);
        var clock = TestClock.Start(channel);
        while (clock.Elapsed < Lease * 1.5)
        {
            var outcomes = await consumer.RenewAsync([.. taken]);
            AssertLost(outcomes[1]);
            Assert.Null(outcomes[0]);
            Assert.Null(outcomes[2]);
            await other.TakeNothingAsync("two messages are leased and renewed, and one was acked");
        }
    }

    private static void AssertLost(Exception? outcome) => Assert.True(
        outcome is not null and not TransportException { IsTransient: true },
        $"Renewing a lost lease should fail for good, but the outcome is: {outcome?.ToString() ?? "no failure"}");

    // The message is still there, and still its holder's.
    private static async Task AssertHeldAsync(Consumer holder, Consumer late, ReceivedEnvelope current)
    {
        Assert.Null((await holder.RenewAsync(current))[0]);
        await late.TakeNothingAsync("another receiver has the message");
        Assert.Null((await holder.RenewAsync(current))[0]);
        await holder.NackAsync(current);
        Assert.Equal(current.Id, (await late.TakeOneAsync()).Id);
    }

    private async Task<(TransportChannel Channel, Consumer Consumer)> OpenLeasedAsync(int sent)
    {
        var channel = await OpenAsync(new ChannelOptions { Lease = Lease });
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Lease);
        if (sent > 0)
        {
            await SendAsync(channel, Sample.Numbered(0..sent));
        }

        return (channel, consumer);
    }

    // One receiver lets a lease run out, and another has the message since.
    private async Task<(Consumer Late, Consumer Holder, ReceivedEnvelope Old, ReceivedEnvelope Current)> OverrunAsync()
    {
        var (channel, late) = await OpenLeasedAsync(sent: 1);
        var holder = Consume(channel);
        var old = await late.TakeOneAsync();
        var current = await holder.TakeOneAsync(letPass: Lease + Slack);
        Assert.Equal(old.Id, current.Id);

        // A receiver counts a lease from the answer to its receive, which the broker gave a little earlier.
        await channel.PassAsync(TimeSpan.FromSeconds(0.3), Token);
        return (late, holder, old, current);
    }
}
