using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing;

/// <summary>What the suite does with a sender.</summary>
internal static class Sending
{
    /// <summary>Sends within the limits, one by one where keys are serial, and fails when anything was not accepted.</summary>
    public static async Task SendAllAsync(this ITransportSender sender, IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken)
    {
        var serial = sender.Features.HasFlag(TransportFeatures.SerialKeys);
        for (var next = 0; next < envelopes.Count;)
        {
            var batch = new List<Envelope> { envelopes[next++] };
            for (long bytes = sender.Measure(batch[0]); next < envelopes.Count && batch.Count < sender.Limits.BatchCount; next++)
            {
                bytes += sender.Measure(envelopes[next]);
                if (bytes > sender.Limits.BatchBytes || (serial && batch.Exists(sent => sent.Key is not null && sent.Key == envelopes[next].Key)))
                {
                    break;
                }

                batch.Add(envelopes[next]);
            }

            var outcomes = await sender.TrySendAsync(batch, cancellationToken);
            var refused = batch.Zip(outcomes).Where(entry => entry.Second is not null).ToArray();
            Assert.True(
                refused.Length == 0,
                $"{refused.Length} of {batch.Count} messages were not accepted: {string.Join("; ", refused.Select(entry => $"{Sample.Describe(entry.First)}: {entry.Second}"))}");
        }
    }

    /// <summary>Sends in one call. The outcome of each entry: <see langword="null"/> for accepted; when the call throws, its exception for all.</summary>
    public static async Task<Exception?[]> TrySendAsync(this ITransportSender sender, IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken)
    {
        var batch = new TransportBatch<Envelope>([.. envelopes]);
        try
        {
            await sender.SendAsync(batch, cancellationToken);
        }
        catch (TransportException exception)
        {
            return [.. envelopes.Select(_ => exception)];
        }

        return batch.Outcomes();
    }

    /// <summary>The outcome of each entry.</summary>
    public static Exception?[] Outcomes<T>(this TransportBatch<T> batch)
    {
        var outcomes = Enumerable.Range(0, batch.Count).Select(batch.FailureOf).ToArray();
        Assert.Equal(batch.FailedCount, outcomes.Count(outcome => outcome is not null));
        return outcomes;
    }

    /// <summary>Fails unless an outcome is a transport's failure of the given kind.</summary>
    public static void AssertIs(this Exception? outcome, FailureKind kind, string what)
    {
        var failure = outcome as TransportException;
        Assert.True(failure?.Kind == kind, $"{what} should be a {nameof(TransportException)} of kind {kind}, but it is: {outcome?.ToString() ?? "no failure"}");
    }
}
