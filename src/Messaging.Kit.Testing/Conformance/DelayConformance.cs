using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>A message that is sent for later comes then, and keeps nothing else waiting.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class DelayConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

    /// <summary>A delayed message comes when its delay is over, to the fraction of a second, and not before; it is the first delivery.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_delayed_message_comes_when_its_delay_is_over_and_not_before()
    {
        var (channel, consumer) = await OpenDelayingAsync();
        foreach (var delay in new[] { TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1.3) })
        {
            var clock = TestClock.Start(channel);
            var sent = Sample.Numbered(1, delay: delay);
            await SendAsync(channel, sent);
            var received = await consumer.TakeOneAsync(letPass: delay + Slack);
            clock.AssertAtLeast(delay, "The delayed message came");
            Sample.AssertSame(sent, received);
            Assert.Equal(1, received.DeliveryCount);
            await consumer.AckAsync(received);
        }
    }

    /// <summary>A delay of zero is none.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_without_delay_comes_at_once()
    {
        var (channel, consumer) = await OpenDelayingAsync();
        await SendAsync(channel, Sample.Numbered(1, delay: TimeSpan.Zero));
        var clock = TestClock.Start(channel);
        await consumer.TakeOneAsync();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"The message took {clock.Elapsed}.");
    }

    /// <summary>Each message of one call has its own delay, and those without one do not wait for the others.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Each_message_of_a_batch_has_its_own_delay()
    {
        var (channel, consumer) = await OpenDelayingAsync();
        var clock = TestClock.Start(channel);
        await SendAsync(channel, Sample.Numbered(0, delay: TimeSpan.FromSeconds(5)), Sample.Numbered(1), Sample.Numbered(2, delay: TimeSpan.FromSeconds(2)));
        Assert.Equal(1, Sample.NumberOf(await consumer.TakeOneAsync()));
        Assert.Equal(2, Sample.NumberOf(await consumer.TakeOneAsync(letPass: Slack)));
        clock.AssertAtLeast(TimeSpan.FromSeconds(2), "The message of 2 s came");
        Assert.Equal(0, Sample.NumberOf(await consumer.TakeOneAsync(letPass: TimeSpan.FromSeconds(6))));
        clock.AssertAtLeast(TimeSpan.FromSeconds(5), "The message of 5 s came");
    }

    private async Task<(TransportChannel Channel, Consumer Consumer)> OpenDelayingAsync()
    {
        var channel = await OpenAsync();
        SenderNeeds(channel, TransportFeatures.Delay);
        return (channel, Consume(channel));
    }
}
