using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>What becomes of a received message: an acked one is gone, a returned one comes again, and neither twice.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class SettlementConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private static readonly ChannelOptions ShortLease = new() { Lease = TimeSpan.FromSeconds(3) };

    /// <summary>An acked message does not come again: not at once, not when its lease would be over, not to a new receiver.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task An_acked_message_is_gone()
    {
        var channel = await OpenAsync(ShortLease);
        await SendAsync(channel, Sample.Numbered(1));
        var consumer = Consume(channel);
        await consumer.AckAsync(await consumer.TakeOneAsync());
        await LetGoAsync(channel, consumer, ShortLease.Lease);
        await Consume(channel).TakeNothingAsync("the only message was acked");
    }

    /// <summary>Acking one message of several leaves the others: they come again when they are let go.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Acking_one_message_leaves_the_others()
    {
        var channel = await OpenAsync(new ChannelOptions { Lease = TimeSpan.FromSeconds(5) });
        await SendAsync(channel, Sample.Numbered(0..3));
        var consumer = Consume(channel);
        var taken = await consumer.TakeAsync(3);
        await consumer.AckAsync(taken[0]);
        await LetGoAsync(channel, consumer, TimeSpan.FromSeconds(5));
        AssertIds(taken.Skip(1), await Consume(channel).TakeAsync(2, letPass: TimeSpan.FromSeconds(2)));
    }

    /// <summary>A returned message comes again at once, the same as before, and each delivery is counted.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_returned_message_comes_again_and_is_counted()
    {
        var channel = await OpenAsync();
        Consumer[] consumers = [Consume(channel), Consume(channel)];
        ReceiverNeeds(consumers[0].Receiver, TransportFeatures.Redelivery);
        var sent = Sample.Numbered(1, "key");
        await SendAsync(channel, sent);
        for (var delivery = 1; delivery <= 4; delivery++)
        {
            var consumer = consumers[delivery % 2];
            var received = await consumer.TakeOneAsync();
            Sample.AssertSame(sent, received);
            Assert.Equal(delivery, received.DeliveryCount);
            await consumer.NackAsync(received);
        }
    }

    /// <summary>The time of the first delivery, where it is known, is that of the first, at every delivery.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task The_time_of_the_first_delivery_stays()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Redelivery);
        await SendAsync(channel, Sample.Numbered(1));
        var first = await consumer.TakeOneAsync();
        Assert.SkipWhen(first.FirstDelivered is null, "The transport does not know when a message was delivered first.");
        Assert.InRange(first.FirstDelivered!.Value, channel.Time.GetUtcNow().AddMinutes(-1), channel.Time.GetUtcNow().AddMinutes(1));

        await channel.PassAsync(TimeSpan.FromSeconds(1), Token);
        await consumer.NackAsync(first);
        Assert.Equal(first.FirstDelivered, (await consumer.TakeOneAsync()).FirstDelivered);
    }

    /// <summary>A message that is returned for later stays away until then, to the fraction of a second, and then comes.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_returned_for_later_stays_away_until_then()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.RedeliveryDelay);
        await SendAsync(channel, Sample.Numbered(1));
        var taken = await consumer.TakeOneAsync();
        foreach (var delay in new[] { TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1.3) })
        {
            var clock = TestClock.Start(channel);
            await consumer.NackAsync(delay, taken);
            taken = await consumer.TakeOneAsync(letPass: delay + TimeSpan.FromSeconds(2));
            clock.AssertAtLeast(delay, "The message came again");
        }
    }

    /// <summary>A message that is returned for later does not keep others away.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_returned_for_later_keeps_no_other_away()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.RedeliveryDelay);
        await SendAsync(channel, Sample.Numbered(1));
        await consumer.NackAsync(TimeSpan.FromSeconds(40), await consumer.TakeOneAsync());
        var other = Sample.Numbered(2);
        await SendAsync(channel, other);
        Assert.Equal(other.Id, (await consumer.TakeOneAsync()).Id);
    }

    /// <summary>Acked, returned and returned for later in one call: each gets what it was given.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Each_entry_of_a_batch_gets_its_own_settlement()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.RedeliveryDelay);
        Assert.SkipUnless(consumer.Receiver.Limits.BatchCount >= 6, "The receiver settles fewer than six messages in one call.");
        await SendAsync(channel, Sample.Numbered(0..6));
        var taken = await consumer.TakeAsync(6);
        Settlement[] settlements = [Settlement.Ack, Settlement.Nack(), Settlement.Nack(TimeSpan.FromSeconds(3))];
        var clock = TestClock.Start(channel);
        Assert.All(await consumer.SettleAsync([.. taken.Select((envelope, index) => new SettledEnvelope(envelope, settlements[index % 3]))]), Assert.Null);

        var soon = await consumer.TakeAsync(2);
        AssertIds([taken[1], taken[4]], soon);
        await consumer.AckAsync([.. soon]);
        AssertIds([taken[2], taken[5]], await consumer.TakeAsync(2, letPass: TimeSpan.FromSeconds(5)));
        clock.AssertAtLeast(TimeSpan.FromSeconds(3), "The messages returned for later came");
        await Consume(channel).TakeNothingAsync("the other messages are in flight or acked");
    }

    /// <summary>As many messages as the limits allow are settled in one call.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_full_batch_is_settled_in_one_call()
    {
        var channel = await OpenAsync(new ChannelOptions { Lease = TimeSpan.FromSeconds(5) });
        var consumer = Consume(channel);
        var count = Math.Min(consumer.Receiver.Limits.BatchCount, 1_000);
        await SendAsync(channel, Sample.Numbered(0..count));
        var taken = await consumer.TakeAsync(count);
        Assert.All(await consumer.SettleAsync([.. taken.Select(envelope => new SettledEnvelope(envelope, Settlement.Ack))]), Assert.Null);
        await LetGoAsync(channel, consumer, TimeSpan.FromSeconds(5));
        await Consume(channel).TakeNothingAsync("all messages were acked");
    }

    /// <summary>Acking a message twice does no harm, to it or to others of the same call.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Acking_twice_changes_nothing()
    {
        var channel = await OpenAsync(ShortLease);
        await SendAsync(channel, Sample.Numbered(0..2));
        var consumer = Consume(channel);
        var taken = await consumer.TakeAsync(2);
        await consumer.AckAsync(taken[0]);
        await consumer.SettleAgainAsync(taken[0], Settlement.Ack);
        var outcomes = await consumer.SettleAsync(new SettledEnvelope(taken[0], Settlement.Ack), new SettledEnvelope(taken[1], Settlement.Ack));
        outcomes[0]?.AssertIs(FailureKind.NotFound, "Acking again, unless it succeeds,");
        Assert.Null(outcomes[1]);
        await LetGoAsync(channel, consumer, ShortLease.Lease);
        await Consume(channel).TakeNothingAsync("all messages were acked");
    }

    /// <summary>Returning a message that was acked does not bring it back.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Returning_after_acking_brings_nothing_back()
    {
        var channel = await OpenAsync(ShortLease);
        await SendAsync(channel, Sample.Numbered(1));
        var consumer = Consume(channel);
        var taken = await consumer.TakeOneAsync();
        await consumer.AckAsync(taken);
        await consumer.SettleAgainAsync(taken, Settlement.Nack());
        await LetGoAsync(channel, consumer, ShortLease.Lease);
        await Consume(channel).TakeNothingAsync("the only message was acked");
    }

    /// <summary>Acking a message that was returned does not take it away: whoever gets it next decides.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Acking_after_returning_takes_nothing_away()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Redelivery);
        await SendAsync(channel, Sample.Numbered(1));
        var taken = await consumer.TakeOneAsync();
        await consumer.NackAsync(taken);
        await consumer.SettleAgainAsync(taken, Settlement.Ack);
        var again = await consumer.TakeOneAsync();
        Assert.Equal(taken.Id, again.Id);

        // While it is in flight again, the first delivery has even less to say about it.
        await consumer.SettleAgainAsync(taken, Settlement.Ack);
        await consumer.NackAsync(again);
        Assert.Equal(taken.Id, (await consumer.TakeOneAsync()).Id);
    }

    /// <summary>Returning a message twice returns it once: it is not taken from whoever has it by then.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Returning_twice_takes_a_message_from_nobody()
    {
        var channel = await OpenAsync();
        Consumer[] consumers = [Consume(channel), Consume(channel)];
        ReceiverNeeds(consumers[0].Receiver, TransportFeatures.Redelivery);
        await SendAsync(channel, Sample.Numbered(1));
        var taken = await consumers[0].TakeOneAsync();
        await consumers[0].NackAsync(taken);
        var again = await consumers[1].TakeOneAsync();
        await consumers[0].SettleAgainAsync(taken, Settlement.Nack());
        await consumers[0].TakeNothingAsync("the other receiver has the message");
        await consumers[1].AckAsync(again);
    }

    /// <summary>What a consumer does to a received envelope stays with it: the redelivery is as the first delivery was.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task What_a_consumer_changes_does_not_leak_into_the_redelivery()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Redelivery);
        var sent = Sample.Numbered(1);
        sent.Headers.Set("kept", "as sent");
        sent.Headers.Set("removed", "not for good");
        await SendAsync(channel, sent);
        var taken = await consumer.TakeOneAsync();
        taken.Headers.Set("kept", "changed");
        taken.Headers.Set("added", "by a consumer");
        taken.Headers.Remove("removed");
        taken.Body = "changed"u8.ToArray();
        taken.ContentType = "text/plain";
        await consumer.NackAsync(taken);
        Sample.AssertSame(sent, await consumer.TakeOneAsync());
    }

    // Lets the messages that a consumer still holds go back: their lease runs out, or, where there is none, their holder leaves.
    private static async Task LetGoAsync(TransportChannel channel, Consumer consumer, TimeSpan lease)
    {
        if (consumer.Has(TransportFeatures.Lease))
        {
            await channel.PassAsync(lease, Token);
        }
        else
        {
            await consumer.Receiver.DisposeAsync();
        }
    }

    private static void AssertIds(IEnumerable<ReceivedEnvelope> expected, IEnumerable<ReceivedEnvelope> received) => Assert.Equal(
        expected.Select(envelope => envelope.Id).Order(StringComparer.Ordinal),
        received.Select(envelope => envelope.Id).Order(StringComparer.Ordinal));
}
