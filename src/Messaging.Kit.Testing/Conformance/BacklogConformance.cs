using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>What a receiver says about how much waits at its source.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class BacklogConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    /// <summary>The figures follow the messages: sent, delayed, received, acked.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task The_backlog_follows_the_messages()
    {
        var channel = await OpenAsync();
        var consumer = Consume(channel);
        await AssertBacklogAsync(channel, consumer, new Backlog(0, 0, 0), "nothing was sent");
        await SendAsync(channel, Sample.Numbered(0..5));
        await AssertBacklogAsync(channel, consumer, new Backlog(5, 0, 0), "5 were sent");
        var taken = await consumer.TakeAsync(2);
        if (consumer.Has(TransportFeatures.Lease))
        {
            await AssertBacklogAsync(channel, consumer, new Backlog(3, 2, 0), "2 of 5 were received");
        }

        await consumer.AckAsync([.. taken]);
        await AssertBacklogAsync(channel, consumer, new Backlog(3, 0, 0), "2 of 5 were acked");
        if (channel.Sender.Features.HasFlag(TransportFeatures.Delay))
        {
            await SendAsync(channel, Sample.Numbered(5, delay: TimeSpan.FromMinutes(5)));
            await AssertBacklogAsync(channel, consumer, new Backlog(3, 0, 1), "2 of 5 were acked and 1 more was sent for later");
        }
    }

    /// <summary>A source that does not exist has no backlog of zero: it is reported as missing.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task The_backlog_of_a_missing_source_is_reported_as_not_found()
    {
        var channel = await OpenAsync(new ChannelOptions { Missing = true });
        var reader = ReaderOf(Consume(channel));
        var failure = await Assert.ThrowsAsync<TransportException>(() => reader.GetBacklogAsync(Token).AsTask());
        failure.AssertIs(FailureKind.NotFound, "The outcome of reading a backlog that is nowhere");
    }

    private static IBacklogReader ReaderOf(Consumer consumer)
    {
        Assert.SkipUnless(consumer.Receiver is IBacklogReader, $"The receiver is no {nameof(IBacklogReader)}.");
        return (IBacklogReader)consumer.Receiver;
    }

    // Services call their figures approximate: they are given time to come true.
    private async Task AssertBacklogAsync(TransportChannel channel, Consumer consumer, Backlog expected, string because)
    {
        var reader = ReaderOf(consumer);
        var (backlog, start) = (await reader.GetBacklogAsync(Token), TimeProvider.System.GetTimestamp());
        while (backlog != expected && TimeProvider.System.GetElapsedTime(start) < Harness.Patience && channel.FakeTime is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
            backlog = await reader.GetBacklogAsync(Token);
        }

        Assert.True(backlog == expected, $"The backlog should be {expected}, for {because}; it is {backlog}.");
    }
}
