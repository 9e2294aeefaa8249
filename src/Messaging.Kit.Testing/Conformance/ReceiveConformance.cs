using System.Collections.Concurrent;
using System.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>How messages are waited for: how many come, who gets them, and that a wait can be called off without loss.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class ReceiveConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    // A wait much longer than any test, so that what ends it cannot be its own end.
    private static readonly ChannelOptions LongPoll = new() { Poll = TimeSpan.FromSeconds(10) };

    /// <summary>When nothing is there, a receive waits for its poll and returns empty.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_receive_that_finds_nothing_returns_empty()
    {
        var consumer = Consume(await OpenAsync());
        await consumer.TakeNothingAsync("nothing was sent");
        await consumer.TakeNothingAsync("nothing was sent");
    }

    /// <summary>A receive returns no more than it was asked for.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task No_more_comes_than_was_asked_for()
    {
        var channel = await OpenAsync();
        await SendAsync(channel, Sample.Numbered(0..9));
        var consumer = Consume(channel);
        foreach (var most in new[] { 1, 2, 1, 3 })
        {
            var came = await consumer.Receiver.ReceiveAsync(most, Token);
            Assert.InRange(came.Count, 1, most);
            await consumer.AckAsync([.. came]);
        }
    }

    /// <summary>A receive returns no more than a batch, however many it was asked for: what it returns can be settled in one call.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task No_more_comes_than_one_batch()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        var most = consumer.Receiver.Limits.BatchCount;
        await SendAsync(channel, Sample.Numbered(0..(Math.Min(most, 1_000) + 2)));
        var came = await consumer.Receiver.ReceiveAsync(int.MaxValue, Token);
        Assert.InRange(came.Count, 1, most);
    }

    /// <summary>A message that is sent while a receive waits ends the wait.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_waiting_receive_gets_what_is_sent_meanwhile()
    {
        var channel = await OpenAsync(LongPoll);
        var take = Consume(channel).TakeOneAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Token);
        Assert.False(take.IsCompleted, "Something came before anything was sent.");

        var sent = Sample.Numbered(1);
        var elapsed = Stopwatch.StartNew();
        await SendAsync(channel, sent);
        Assert.Equal(sent.Id, (await take).Id);
        Assert.True(elapsed.Elapsed < TimeSpan.FromSeconds(8), $"The message took {elapsed.Elapsed.TotalSeconds:0.0} s to a receive that waited for it.");
    }

    /// <summary>Two receivers of a source share its messages: both get some, no message goes to both.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Two_receivers_share_and_no_message_goes_to_both()
    {
        const int Count = 40;
        var channel = await OpenAsync();
        Consumer[] consumers = [Consume(channel), Consume(channel)];
        await Task.WhenAll(consumers.Select(consumer => consumer.TakeNothingAsync("nothing was sent")));
        await SendAsync(channel, Sample.Numbered(0..Count));

        // Each gets something while there is enough for both; then they compete for the rest.
        List<ReceivedEnvelope> received = [.. await consumers[0].TakeAsync(2), .. await consumers[1].TakeAsync(2)];
        received.AddRange(await TakeTogetherAsync(Count - 4, consumers));
        Sample.AssertOnceEach(Count, received);
    }

    /// <summary>One receiver may be asked by many at once: they share likewise.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Concurrent_receives_on_one_receiver_share()
    {
        const int Count = 40;
        var channel = await OpenAsync();
        await SendAsync(channel, Sample.Numbered(0..Count));
        var consumer = Consume(channel);
        Sample.AssertOnceEach(Count, await TakeTogetherAsync(Count, consumer, consumer, consumer));
    }

    /// <summary>Cancelling a receive that waits ends it at once, not when its poll is over.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_cancelled_receive_ends_at_once()
    {
        var channel = await OpenAsync(LongPoll);
        var consumer = Consume(channel);
        using var cancel = new CancellationTokenSource();
        var receive = await consumer.BeginReceiveAsync(cancel.Token);
        var elapsed = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive.WaitAsync(TimeSpan.FromSeconds(8), TimeProvider.System, Token));
        Assert.True(elapsed.Elapsed < TimeSpan.FromSeconds(3), $"The receive ended {elapsed.Elapsed.TotalSeconds:0.0} s after it was cancelled.");
    }

    /// <summary>A receive with a token that is cancelled already throws, and takes nothing.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_receive_that_is_cancelled_before_it_begins_takes_nothing()
    {
        var channel = await OpenAsync();
        await SendAsync(channel, Sample.Numbered(1));
        var consumer = Consume(channel);
        for (var time = 0; time < 5; time++)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => consumer.Receiver.ReceiveAsync(10, new CancellationToken(true)).AsTask());
        }

        await consumer.TakeOneAsync();
    }

    /// <summary>
    /// A message that arrives around the cancellation of the only receive that waits is delivered by that receive, or can be
    /// received again right after, by the same receiver or by another: long before a lease would bring it back.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_cancelled_receive_strands_nothing()
    {
        var channel = await OpenAsync(LongPoll);
        Consumer[] consumers = [Consume(channel), Consume(channel)];
        if (!consumers[0].Has(TransportFeatures.Redelivery))
        {
            // Each receiver has its own part of the source, and what it strands nobody else can get.
            consumers[1] = consumers[0];
        }

        await CancelOneAsync(consumers[0]);
        for (var round = 0; round < 20; round++)
        {
            using var cancel = new CancellationTokenSource();
            var receive = consumers[0].Receiver.ReceiveAsync(1, cancel.Token).AsTask();
            await Task.Delay(TimeSpan.FromMilliseconds(round % 3 * 10), TimeProvider.System, Token);

            // Around the race: the cancellation comes from well before the send to well after it.
            var sent = Sample.Numbered(round);
            if (round % 5 == 0)
            {
                await cancel.CancelAsync();
            }

            var send = SendAsync(channel, sent);
            await Task.Delay(TimeSpan.FromMilliseconds(round % 5 * (round % 2 == 0 ? 1 : 5)), TimeProvider.System, Token);
            await cancel.CancelAsync();
            await send;

            var taker = consumers[round % 2];
            ReceivedEnvelope received;
            try
            {
                var came = await receive.WaitAsync(TimeSpan.FromSeconds(8), TimeProvider.System, Token);
                taker = came.Count > 0 ? consumers[0] : taker;
                received = came.Count > 0 ? came[0] : await taker.TakeOneAsync();
            }
            catch (OperationCanceledException) when (!Token.IsCancellationRequested)
            {
                received = await taker.TakeOneAsync();
            }

            Assert.Equal(sent.Id, received.Id);
            await taker.AckAsync(received);
        }
    }

    private static async Task CancelOneAsync(Consumer consumer)
    {
        using var cancel = new CancellationTokenSource();
        var receive = await consumer.BeginReceiveAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive);
    }

    private async Task<IReadOnlyCollection<ReceivedEnvelope>> TakeTogetherAsync(int count, params Consumer[] consumers)
    {
        var taken = new ConcurrentQueue<ReceivedEnvelope>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(Harness.Patience * 2);
        await Task.WhenAll(consumers.Select(consumer => Task.Run(async () =>
        {
            while (taken.Count < count && !stop.IsCancellationRequested)
            {
                try
                {
                    foreach (var envelope in await consumer.Receiver.ReceiveAsync(2, stop.Token))
                    {
                        taken.Enqueue(envelope);
                    }
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                }
            }

            await stop.CancelAsync();
        })));
        return taken;
    }
}
