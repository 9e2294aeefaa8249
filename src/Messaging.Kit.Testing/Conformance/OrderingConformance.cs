using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>Messages of a key come in the order in which they were accepted, through returns and lost leases, and no key holds up another.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class OrderingConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    /// <summary>Messages of several keys, sent in turns, come in order for each key.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Messages_of_a_key_come_in_order()
    {
        const int Count = 30;
        var (channel, consumer) = await OpenOrderedAsync();
        await SendAsync(channel, [.. Enumerable.Range(0, Count).Select(number => Sample.Numbered(number, $"key-{number % 3}"))]);
        var received = await consumer.TakeAndAckAsync(Count);
        foreach (var key in received.GroupBy(envelope => envelope.Key))
        {
            Assert.Equal(key.Select(Sample.NumberOf).Order(), key.Select(Sample.NumberOf));
        }

        await consumer.TakeNothingAsync("everything has come and is acked");
    }

    /// <summary>Several callers send at once, each its own keys, and the order within each key holds.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Order_holds_with_concurrent_callers()
    {
        const int Keys = 4, Count = 12;
        var (channel, consumer) = await OpenOrderedAsync();
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(key => SendAsync(channel, Sample.Numbered(0..Count, $"key-{key}"))));
        var received = await consumer.TakeAndAckAsync(Keys * Count);
        Assert.All(received.GroupBy(envelope => envelope.Key), key => Assert.Equal(Enumerable.Range(0, Count), key.Select(Sample.NumberOf)));
    }

    /// <summary>When the first of the received messages of a key is returned, and those behind it with it, all come again in order.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Order_holds_when_messages_are_returned()
    {
        const int Count = 6;
        var (channel, consumer) = await OpenOrderedAsync();
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Redelivery);
        await SendAsync(channel, Sample.Numbered(0..Count, "key"));
        for (var time = 0; time < 3; time++)
        {
            var taken = await consumer.Receiver.ReceiveAsync(Count, Token);
            Assert.Equal(Enumerable.Range(0, taken.Count), taken.Select(Sample.NumberOf));
            await consumer.NackAsync([.. taken]);
        }

        Assert.Equal(Enumerable.Range(0, Count), (await consumer.TakeAndAckAsync(Count)).Select(Sample.NumberOf));
    }

    /// <summary>When the first is acked and the rest of what was received is returned, the rest comes again in order.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Order_holds_when_the_head_is_acked_and_the_tail_returned()
    {
        const int Count = 6;
        var (channel, consumer) = await OpenOrderedAsync();
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Redelivery);
        await SendAsync(channel, Sample.Numbered(0..Count, "key"));
        for (var head = 0; head < Count; head++)
        {
            var taken = await consumer.Receiver.ReceiveAsync(Count, Token);
            Assert.Equal(Enumerable.Range(head, taken.Count), taken.Select(Sample.NumberOf));
            Assert.NotEmpty(taken);
            Assert.All(await consumer.SettleAsync([.. taken.Select((envelope, index) => new SettledEnvelope(envelope, index == 0 ? Settlement.Ack : Settlement.Nack()))]), Assert.Null);
        }

        await consumer.TakeNothingAsync("everything has been acked");
    }

    /// <summary>When the first is returned for later and the tail at once, the tail does not overtake it.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task The_tail_does_not_overtake_a_head_that_is_returned_for_later()
    {
        const int Count = 4;
        var (channel, consumer) = await OpenOrderedAsync();
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay);
        await SendAsync(channel, Sample.Numbered(0..Count, "key"));
        var taken = await consumer.Receiver.ReceiveAsync(Count, Token);
        var delay = TimeSpan.FromSeconds(3);
        var clock = TestClock.Start(channel);
        Assert.All(await consumer.SettleAsync([.. taken.Select((envelope, index) => new SettledEnvelope(envelope, Settlement.Nack(index == 0 ? delay : default)))]), Assert.Null);
        await consumer.TakeNothingAsync("the first message of the only key stays away for 3 s");

        var first = await consumer.TakeOneAsync(letPass: delay + TimeSpan.FromSeconds(2));
        clock.AssertAtLeast(delay, "A message of the key came again");
        Assert.Equal(0, Sample.NumberOf(first));
        await consumer.AckAsync(first);
        Assert.Equal(Enumerable.Range(1, Count - 1), (await consumer.TakeAndAckAsync(Count - 1)).Select(Sample.NumberOf));
    }

    /// <summary>When the leases of several messages of a key run out, they come again in order.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Order_holds_when_leases_run_out()
    {
        const int Count = 4;
        var (channel, lost) = await OpenOrderedAsync(Lease);
        ReceiverNeeds(lost.Receiver, TransportFeatures.Lease);
        await SendAsync(channel, Sample.Numbered(0..Count, "key"));
        Assert.NotEmpty(await lost.Receiver.ReceiveAsync(Count, Token));
        await channel.PassAsync(Lease, Token);

        var consumer = Consume(channel);
        var first = await consumer.TakeOneAsync(letPass: TimeSpan.FromSeconds(3));
        await consumer.AckAsync(first);
        Assert.Equal(Enumerable.Range(0, Count), [Sample.NumberOf(first), .. (await consumer.TakeAndAckAsync(Count - 1)).Select(Sample.NumberOf)]);
    }

    /// <summary>While a message of one key is held, messages of other keys come.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_held_key_does_not_hold_up_others()
    {
        var (channel, consumer) = await OpenOrderedAsync();
        await SendAsync(channel, Sample.Numbered(0, "held"));
        await consumer.TakeOneAsync();
        await SendAsync(channel, [Sample.Numbered(1, "held"), .. Sample.Numbered(10..13, "free"), Sample.Numbered(2, "held"), Sample.Numbered(20, "also free")]);

        var free = new List<ReceivedEnvelope>();
        while (free.Count(envelope => envelope.Key != "held") < 4)
        {
            var came = await consumer.TakeOneAsync();
            free.Add(came);
            if (came.Key != "held")
            {
                await consumer.AckAsync(came);
            }
        }

        Assert.Equal([10, 11, 12], free.Where(envelope => envelope.Key == "free").Select(Sample.NumberOf));
        Assert.Contains(20, free.Select(Sample.NumberOf));
    }

    /// <summary>While a message of a key is in flight, no other receiver gets a message of that key; when it is acked, the next one can go anywhere.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_key_is_in_flight_to_one_receiver_at_a_time()
    {
        var (channel, first) = await OpenOrderedAsync();
        var second = Consume(channel);
        await SendAsync(channel, Sample.Numbered(0..3, "key"));
        var head = await first.TakeOneAsync();
        Assert.Equal(0, Sample.NumberOf(head));
        await second.TakeNothingAsync("another receiver has the first message of the only key");
        await first.AckAsync(head);
        Assert.SkipUnless(first.Has(TransportFeatures.Lease), "Keys belong to a receiver for as long as it is there; the rest is for transports that lease.");
        Assert.Equal(1, Sample.NumberOf(await second.TakeOneAsync()));
    }

    /// <summary>Two receivers that compete, ack, and now and then return what they get see each key in order.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Order_holds_with_competing_receivers()
    {
        const int Keys = 4, Count = 10;
        var (channel, first) = await OpenOrderedAsync();
        ReceiverNeeds(first.Receiver, TransportFeatures.Redelivery);
        await SendAsync(channel, [.. Enumerable.Range(0, Keys * Count).Select(number => Sample.Numbered(number / Keys, $"key-{number % Keys}"))]);

        // A message counts as handled when it is about to be acked: from then on the next one of its key may go anywhere.
        var handled = new ConcurrentQueue<(string Key, int Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(Harness.Patience);
        await Task.WhenAll(new[] { first, Consume(channel) }.Select(async consumer =>
        {
            for (var round = 0; handled.Count < Keys * Count && !stop.IsCancellationRequested; round++)
            {
                try
                {
                    var came = await consumer.Receiver.ReceiveAsync(5, stop.Token);
                    if (round % 4 == 1)
                    {
                        await consumer.NackAsync([.. came]);
                        continue;
                    }

                    foreach (var envelope in came)
                    {
                        handled.Enqueue((envelope.Key!, Sample.NumberOf(envelope)));
                        await consumer.AckAsync(envelope);
                        stop.CancelAfter(Harness.Patience);
                    }
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                }

                if (handled.Count >= Keys * Count)
                {
                    await stop.CancelAsync();
                }
            }
        }));
        Assert.All(handled.GroupBy(entry => entry.Key), key => Assert.Equal(Enumerable.Range(0, Count), key.Select(entry => entry.Number)));
        Assert.Equal(Keys * Count, handled.Count);
    }

    private async Task<(TransportChannel Channel, Consumer Consumer)> OpenOrderedAsync(TimeSpan? lease = null)
    {
        var options = new ChannelOptions { Ordered = true };
        var channel = await OpenAsync(lease is { } time ? options with { Lease = time } : options);
        var consumer = Consume(channel);
        SenderNeeds(channel, TransportFeatures.Ordering);
        ReceiverNeeds(consumer.Receiver, TransportFeatures.Ordering);
        return (channel, consumer);
    }
}
