using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>What one call takes: counts and bytes up to the limits, each entry with its own true outcome.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class BatchConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private const int LargestLimitTried = 16 << 20;

    /// <summary>As many messages as the limits allow go in one call, and arrive.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_full_batch_arrives()
    {
        var channel = await OpenAsync();
        var count = Math.Min(channel.Sender.Limits.BatchCount, 1_000);
        await SendInOneCallAsync(channel, Sample.Numbered(0..count));
        Sample.AssertOnceEach(count, await Consume(channel).TakeAndAckAsync(count));
    }

    /// <summary>Messages of very different sizes that together fill a call to the last byte are accepted: a measure that counts too little is found out.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_batch_of_mixed_sizes_may_be_full_to_the_last_byte()
    {
        var channel = await OpenAsync();
        var limits = await LimitsAsync(channel);
        var small = Enumerable.Range(0, Math.Min(limits.BatchCount, 10) - 1).Select(number => Sample.Letters(number * 37)).ToArray();
        var room = limits.BatchBytes - small.Sum(channel.Sender.Measure);
        var large = Sample.OfSize(Math.Min(room, limits.MessageBytes), Sample.Letters, channel.Sender.Measure);
        Envelope[] sent = [.. small, large];
        Assert.True(limits.BatchBytes > limits.MessageBytes || sent.Sum(channel.Sender.Measure) == limits.BatchBytes, "The batch is not full.");

        await SendInOneCallAsync(channel, sent);
        var received = (await Consume(channel).TakeAndAckAsync(sent.Length)).ToDictionary(envelope => envelope.Id);
        Assert.All(sent, envelope => Sample.AssertSame(envelope, received[envelope.Id]));
    }

    /// <summary>A message of exactly the limit, as the sender measures it, is accepted and arrives.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_at_the_limit_arrives()
    {
        var channel = await OpenAsync();
        var limits = await LimitsAsync(channel);
        var sent = Sample.OfSize(limits.MessageBytes, Sample.Letters, channel.Sender.Measure);
        Assert.Equal(limits.MessageBytes, channel.Sender.Measure(sent));
        await SendInOneCallAsync(channel, sent);
        Sample.AssertSame(sent, await Consume(channel).TakeOneAsync());
    }

    /// <summary>The same when much of the size is header, key, escaped text and a body that is no JSON: the measure counts them all.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_at_the_limit_arrives_whatever_it_is_made_of()
    {
        var channel = await OpenAsync();
        var limits = await LimitsAsync(channel);
        var consumer = Consume(channel);
        foreach (var text in new[] { "\"\\\r\n\0", "Grüße, 世界", "🚀\uFFFF" })
        {
            var sent = Sample.OfSize(limits.MessageBytes, length => Make(text, length), channel.Sender.Measure);
            Assert.InRange(channel.Sender.Measure(sent), limits.MessageBytes - 8, limits.MessageBytes);
            await SendInOneCallAsync(channel, sent);
            var received = await consumer.TakeOneAsync();
            Sample.AssertSame(sent, received);
            await consumer.AckAsync(received);
        }

        static Envelope Make(string text, int length)
        {
            var manyTimes = string.Concat(Enumerable.Repeat(text, 300));
            var made = new Envelope(Sample.NewId(), "sample.mixed", new byte[length])
            {
                Source = "/conformance",
                Key = manyTimes,
                ContentType = "application/octet-stream",
            };
            made.Headers.Set("text", manyTimes);
            return made;
        }
    }

    /// <summary>
    /// A message of one byte more than the limit is refused as too large, not accepted and lost. (The kit refuses it before it
    /// gets here; the transport has the last word all the same, for limits change.)
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_over_the_limit_is_refused_as_too_large()
    {
        var channel = await OpenAsync();
        var limits = await LimitsAsync(channel);
        var over = Sample.OfSize(limits.MessageBytes + 1, Sample.Letters, channel.Sender.Measure);
        Assert.Equal(limits.MessageBytes + 1, channel.Sender.Measure(over));
        (await channel.Sender.TrySendAsync([over], Token))[0].AssertIs(FailureKind.TooLarge, "The outcome of a message over the limit");
        await Consume(channel).TakeNothingAsync("the message was refused");
    }

    /// <summary>
    /// An oversize message among others fails as too large, and the outcome of the others is true: what is reported as accepted
    /// arrives, what is reported as failed does not.
    /// </summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task An_oversize_message_does_not_falsify_the_outcome_of_others()
    {
        var channel = await OpenAsync();
        var limits = await LimitsAsync(channel);
        Assert.SkipUnless(limits.BatchCount >= 3, "The sender takes fewer than three messages in one call.");
        Envelope[] sent = [Sample.Numbered(0), Sample.OfSize(limits.MessageBytes + 1_000, Sample.Letters, channel.Sender.Measure), Sample.Numbered(2)];
        var outcomes = await channel.Sender.TrySendAsync(sent, Token);
        outcomes[1].AssertIs(FailureKind.TooLarge, "The outcome of the oversize message");

        var accepted = sent.Where((_, index) => outcomes[index] is null).Select(envelope => envelope.Id).ToArray();
        var consumer = Consume(channel);
        var received = await consumer.TakeAndAckAsync(accepted.Length);
        Assert.Equal(accepted.Order(StringComparer.Ordinal), received.Select(envelope => envelope.Id).Order(StringComparer.Ordinal));
        await consumer.TakeNothingAsync("no more was accepted");
    }

    /// <summary>One sender is used by many at once: what it reports as accepted arrives, once each.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Concurrent_sends_lose_and_double_nothing()
    {
        const int Callers = 8, Calls = 5, Size = 4;
        var channel = await OpenAsync();
        var other = channel.CreateSender();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; call < Calls; call++)
            {
                var first = ((caller * Calls) + call) * Size;
                await (caller % 2 == 0 ? channel.Sender : other).SendAllAsync(Sample.Numbered(first..(first + Size)), Token);
            }
        })));
        var consumer = Consume(channel);
        Sample.AssertOnceEach(Callers * Calls * Size, await consumer.TakeAndAckAsync(Callers * Calls * Size));
        await consumer.TakeNothingAsync("everything has come once");
    }

    /// <summary>Five hundred messages, sent and received by several at once, come once each when each is acked.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Five_hundred_messages_come_once_each()
    {
        const int Count = 500;
        var channel = await OpenAsync();
        var received = new ConcurrentQueue<ReceivedEnvelope>();
        var send = Task.WhenAll(Sample.Numbered(0..Count).Chunk(Count / 4).Select(part => SendAsync(channel, part)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(Harness.Patience);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            var consumer = Consume(channel);
            while (received.Count < Count && !stop.IsCancellationRequested)
            {
                try
                {
                    var came = await consumer.Receiver.ReceiveAsync(consumer.Receiver.Limits.BatchCount, stop.Token);
                    await consumer.AckAsync([.. came]);
                    foreach (var envelope in came)
                    {
                        received.Enqueue(envelope);
                        stop.CancelAfter(Harness.Patience);
                    }

                    if (received.Count >= Count)
                    {
                        await stop.CancelAsync();
                    }
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                }
            }
        }));
        await send;
        Sample.AssertOnceEach(Count, received);
        await Consume(channel).TakeNothingAsync("everything has been acked");
    }

    private static async Task SendInOneCallAsync(TransportChannel channel, params Envelope[] envelopes) =>
        Assert.All(await channel.Sender.TrySendAsync(envelopes, Token), Assert.Null);

    // The limits may be known only after something has been sent.
    private async Task<TransportLimits> LimitsAsync(TransportChannel channel)
    {
        await SendAsync(channel, Sample.Numbered(0));
        var consumer = Consume(channel);
        await consumer.TakeAndAckAsync(1);
        await consumer.Receiver.DisposeAsync();
        var limits = channel.Sender.Limits;
        Assert.SkipUnless(limits.MessageBytes <= LargestLimitTried, $"The sender's limit, {limits.MessageBytes} bytes, is too far away to be tried.");
        return limits;
    }
}
