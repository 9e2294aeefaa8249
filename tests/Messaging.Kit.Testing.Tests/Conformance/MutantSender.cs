using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing.Tests.Conformance;

/// <summary>A sender that passes everything on, except for what a test breaks.</summary>
internal sealed class MutantSender(ITransportSender inner) : ITransportSender
{
    /// <summary>What becomes of each entry: nothing, one or several envelopes.</summary>
    public Func<Envelope, IEnumerable<Envelope>> Change { get; init; } = envelope => [envelope];

    public Func<int, int> MeasureAs { get; init; } = bytes => bytes;

    public TransportFeatures ClaimsToo { get; init; }

    public bool AnswersBeforeItSends { get; init; }

    public bool HidesFailures { get; init; }

    public bool IgnoresDispose { get; init; }

    public Func<TransportException, Exception> Rethrow { get; init; } = exception => exception;

    public TransportLimits Limits => inner.Limits;

    public TransportFeatures Features => inner.Features | ClaimsToo;

    public int Measure(Envelope envelope) => MeasureAs(inner.Measure(envelope));

    public async ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        var changed = Enumerable.Range(0, batch.Count).SelectMany(index => Change(batch[index]).Select(envelope => (index, envelope))).ToArray();
        if (AnswersBeforeItSends)
        {
            _ = Task.Run(async () =>
            {
                await Task.Delay(50, CancellationToken.None);
                await inner.SendAsync(new TransportBatch<Envelope>([.. changed.Select(entry => entry.envelope)]), CancellationToken.None);
            }, CancellationToken.None);
            return;
        }

        foreach (var chunk in changed.Chunk(inner.Limits.BatchCount))
        {
            var forwarded = new TransportBatch<Envelope>([.. chunk.Select(entry => entry.envelope)]);
            try
            {
                await inner.SendAsync(forwarded, cancellationToken);
            }
            catch (TransportException exception)
            {
                throw Rethrow(exception);
            }

            for (var i = 0; i < chunk.Length && !HidesFailures; i++)
            {
                if (forwarded.FailureOf(i) is { } failure)
                {
                    batch.Fail(chunk[i].index, failure);
                }
            }
        }
    }

    public ValueTask DisposeAsync() => IgnoresDispose ? ValueTask.CompletedTask : inner.DisposeAsync();
}
