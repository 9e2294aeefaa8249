using System.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>A receiver and what the suite does with it. Every wait is bounded, and a failure says what was seen.</summary>
internal sealed class Consumer(TransportChannel channel, ITransportReceiver receiver, TimeSpan patience, CancellationToken token)
{
    public ITransportReceiver Receiver => receiver;

    public bool Has(TransportFeatures feature) => receiver.Features.HasFlag(feature);

    /// <summary>Takes one message.</summary>
    public async Task<ReceivedEnvelope> TakeOneAsync(TimeSpan letPass = default) => (await TakeAsync(1, letPass))[0];

    /// <summary>Takes so many messages, in as many calls as it needs; letting time pass only when told to.</summary>
    public async Task<List<ReceivedEnvelope>> TakeAsync(int count, TimeSpan letPass = default)
    {
        var taken = new List<ReceivedEnvelope>();
        await TakeUntilAsync(taken, () => taken.Count >= count, () => count - taken.Count, letPass, $"{count} messages");
        return taken;
    }

    /// <summary>Takes and acks messages until so many different ones have come.</summary>
    public async Task<List<ReceivedEnvelope>> TakeAndAckAsync(int count)
    {
        var taken = new List<ReceivedEnvelope>();
        while (taken.Count < count)
        {
            var some = new List<ReceivedEnvelope>();
            await TakeUntilAsync(some, () => some.Count > 0, () => count - taken.Count, default, $"{count} messages one after the other, after {Sample.Describe(taken)}");
            await AckAsync([.. some]);
            taken.AddRange(some);
        }

        return taken;
    }

    /// <summary>
    /// Begins to receive from an empty source, and returns when the receive is known to wait. (A receiver's first receive may
    /// come back at once, to tell early whether its source is there.)
    /// </summary>
    public async Task<Task<IReadOnlyList<ReceivedEnvelope>>> BeginReceiveAsync(CancellationToken cancellationToken)
    {
        for (var time = 0; time < 3; time++)
        {
            var receive = receiver.ReceiveAsync(Most, cancellationToken).AsTask();
            await Task.WhenAny(receive, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, token));
            if (!receive.IsCompleted)
            {
                return receive;
            }

            Assert.Empty(await receive);
        }

        Assert.Fail("Three receives in a row found nothing and did not wait, and the source's poll is much longer.");
        return null!;
    }

    /// <summary>Fails when anything comes before the receive's own wait is over.</summary>
    public async Task TakeNothingAsync(string because)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var receive = receiver.ReceiveAsync(Most, stop.Token).AsTask();
        if (!await channel.PassUntilAsync(receive, TimeSpan.FromSeconds(30), token))
        {
            await stop.CancelAsync();
            Assert.Fail("A receive that finds nothing did not end within 30 s.");
        }

        var came = await receive;
        Assert.True(came.Count == 0, $"Nothing should come, for {because}. What came: {Sample.Describe(came)}.");
    }

    public Task AckAsync(params ReceivedEnvelope[] envelopes) => SettleAllAsync(Settlement.Ack, envelopes);

    public Task NackAsync(params ReceivedEnvelope[] envelopes) => SettleAllAsync(Settlement.Nack(), envelopes);

    public Task NackAsync(TimeSpan redeliverAfter, params ReceivedEnvelope[] envelopes) => SettleAllAsync(Settlement.Nack(redeliverAfter), envelopes);

    /// <summary>Settles in one call. The outcome of each entry: <see langword="null"/> for settled.</summary>
    public async Task<Exception?[]> SettleAsync(params SettledEnvelope[] entries)
    {
        var batch = new TransportBatch<SettledEnvelope>(entries);
        await receiver.SettleAsync(batch, token);
        return batch.Outcomes();
    }

    /// <summary>Settles one message that may be settled already: it succeeds or is told to be gone, and throws nothing.</summary>
    public async Task SettleAgainAsync(ReceivedEnvelope envelope, Settlement settlement)
    {
        var outcome = (await SettleAsync(new SettledEnvelope(envelope, settlement)))[0];
        outcome?.AssertIs(FailureKind.NotFound, "Settling again, unless it succeeds,");
    }

    /// <summary>Renews leases in one call. The outcome of each entry: <see langword="null"/> for renewed.</summary>
    public async Task<Exception?[]> RenewAsync(params ReceivedEnvelope[] envelopes)
    {
        var batch = new TransportBatch<ReceivedEnvelope>(envelopes);
        await Renewer.RenewAsync(batch, token);
        return batch.Outcomes();
    }

    public ILeaseRenewer Renewer
    {
        get
        {
            Assert.SkipUnless(receiver is ILeaseRenewer, $"The receiver is no {nameof(ILeaseRenewer)}.");
            return (ILeaseRenewer)receiver;
        }
    }

    private int Most => receiver.Limits.BatchCount;

    private async Task TakeUntilAsync(List<ReceivedEnvelope> taken, Func<bool> isEnough, Func<int> wanted, TimeSpan letPass, string what)
    {
        var elapsed = Stopwatch.StartNew();
        var bound = patience + (channel.FakeTime is null ? letPass : default);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        stop.CancelAfter(bound);
        while (!isEnough())
        {
            var most = Math.Clamp(wanted(), 1, Most);
            try
            {
                var receive = receiver.ReceiveAsync(most, stop.Token).AsTask();
                if (letPass > TimeSpan.Zero)
                {
                    await channel.PassUntilAsync(receive, letPass, token);
                }

                var came = await receive;
                Assert.True(came.Count <= most, $"At most {most} messages were asked for, and {came.Count} came.");
                taken.AddRange(came);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested && !token.IsCancellationRequested)
            {
            }

            if (stop.IsCancellationRequested && !isEnough())
            {
                Assert.Fail($"{what} should have come, and after {elapsed.Elapsed.TotalSeconds:0.0} s these had: {Sample.Describe(taken)}.");
            }
        }
    }

    private async Task SettleAllAsync(Settlement settlement, ReceivedEnvelope[] envelopes)
    {
        foreach (var chunk in envelopes.Chunk(Most))
        {
            var outcomes = await SettleAsync([.. chunk.Select(envelope => new SettledEnvelope(envelope, settlement))]);
            var failed = chunk.Zip(outcomes).Where(entry => entry.Second is not null).ToArray();
            Assert.True(failed.Length == 0, $"{failed.Length} of {chunk.Length} messages could not be settled: {string.Join("; ", failed.Select(entry => $"{Sample.Describe(entry.First)}: {entry.Second}"))}");
        }
    }
}
