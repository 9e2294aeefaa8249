using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing.Tests.Conformance;

/// <summary>A receiver that passes everything on, except for what a test breaks.</summary>
internal sealed class MutantReceiver(ITransportReceiver inner) : ITransportReceiver, ILeaseRenewer, IBacklogReader
{
    private readonly List<ReceivedEnvelope> _held = [];
    private readonly ConcurrentDictionary<ReceivedEnvelope, ReceivedEnvelope> _originals = new(ReferenceEqualityComparer.Instance);
    private readonly CancellationTokenSource _disposing = new();

    public Func<IReadOnlyList<ReceivedEnvelope>, IReadOnlyList<ReceivedEnvelope>> Change { get; init; } = envelopes => envelopes;

    /// <summary>What a settlement becomes; nothing when it is forgotten.</summary>
    public Func<Settlement, Settlement?> SettleAs { get; init; } = settlement => settlement;

    public Func<int, int> AskFor { get; init; } = most => most;

    public Func<Backlog, Backlog> Count { get; init; } = backlog => backlog;

    public TransportFeatures ClaimsToo { get; init; }

    public bool AcksAllThatItHolds { get; init; }

    public bool HidesFailures { get; init; }

    public bool IgnoresCancellation { get; init; }

    public bool IgnoresDispose { get; init; }

    /// <summary>A receive that is called off leaves its poll behind, and what that brings is nobody's.</summary>
    public bool LeavesPollsBehind { get; init; }

    public bool RenewsNothing { get; init; }

    public TransportLimits Limits => inner.Limits;

    public TransportFeatures Features => inner.Features | ClaimsToo;

    public TimeSpan LeaseDuration => ((ILeaseRenewer)inner).LeaseDuration;

    public TimeSpan MaxLease => ((ILeaseRenewer)inner).MaxLease;

    public async ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReceivedEnvelope> came;
        if (LeavesPollsBehind)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
            try
            {
                came = await inner.ReceiveAsync(AskFor(maxMessages), CancellationToken.None).AsTask().WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
            {
                throw new ObjectDisposedException(nameof(MutantReceiver));
            }
        }
        else
        {
            came = await inner.ReceiveAsync(AskFor(maxMessages), IgnoresCancellation ? CancellationToken.None : cancellationToken);
        }

        lock (_held)
        {
            _held.AddRange(came);
        }

        var changed = Change(came);
        for (var i = 0; i < Math.Min(came.Count, changed.Count); i++)
        {
            _originals[changed[i]] = came[i];
        }

        return changed;
    }

    public async ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        var changed = Enumerable.Range(0, batch.Count)
            .Select(index => (index, batch[index].Envelope, Settlement: SettleAs(batch[index].Settlement)))
            .Where(entry => entry.Settlement is not null)
            .ToArray();
        if (changed.Length == 0)
        {
            return;
        }

        var forwarded = new TransportBatch<SettledEnvelope>([.. changed.Select(entry => new SettledEnvelope(_originals[entry.Envelope], entry.Settlement!.Value))]);
        await inner.SettleAsync(forwarded, cancellationToken);
        for (var i = 0; i < changed.Length && !HidesFailures; i++)
        {
            if (forwarded.FailureOf(i) is { } failure)
            {
                batch.Fail(changed[i].index, failure);
            }
        }

        if (AcksAllThatItHolds)
        {
            foreach (var chunk in _held.Chunk(Limits.BatchCount))
            {
                await inner.SettleAsync(new TransportBatch<SettledEnvelope>([.. chunk.Select(envelope => new SettledEnvelope(envelope, Settlement.Ack))]), cancellationToken);
            }
        }
    }

    public ValueTask RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken) =>
        RenewsNothing ? ValueTask.CompletedTask : ((ILeaseRenewer)inner).RenewAsync(batch, cancellationToken);

    public async ValueTask<Backlog> GetBacklogAsync(CancellationToken cancellationToken) => Count(await ((IBacklogReader)inner).GetBacklogAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        if (!IgnoresDispose && !LeavesPollsBehind)
        {
            await inner.DisposeAsync();
        }
    }
}
