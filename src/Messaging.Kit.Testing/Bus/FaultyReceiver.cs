using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing.Bus;

/// <summary>A leasing receiver that fails as it is told, and else is another one.</summary>
/// <param name="inner">The other one; disposed of by its channel.</param>
/// <param name="receiveFault">What a receive fails with; is given the number of the call, from 1.</param>
/// <param name="losesAck">Which acks are lost: they seem to succeed and are not passed on.</param>
internal sealed class FaultyReceiver(ITransportReceiver inner, Func<int, Exception?>? receiveFault = null, Func<ReceivedEnvelope, bool>? losesAck = null)
    : ITransportReceiver, ILeaseRenewer
{
    private int _receives;

    public TransportLimits Limits => inner.Limits;

    public TransportFeatures Features => inner.Features;

    public TimeSpan LeaseDuration => ((ILeaseRenewer)inner).LeaseDuration;

    public TimeSpan MaxLease => ((ILeaseRenewer)inner).MaxLease;

    public ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken) =>
        receiveFault?.Invoke(Interlocked.Increment(ref _receives)) is { } fault ? throw fault : inner.ReceiveAsync(maxMessages, cancellationToken);

    public async ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        var passed = Enumerable.Range(0, batch.Count).Where(i => !(batch[i].Settlement.IsAck && losesAck?.Invoke(batch[i].Envelope) == true)).ToArray();
        if (passed.Length == 0)
        {
            return;
        }

        var rest = new TransportBatch<SettledEnvelope>([.. passed.Select(i => batch[i])]);
        await inner.SettleAsync(rest, cancellationToken);
        for (var i = 0; i < rest.Count; i++)
        {
            if (rest.FailureOf(i) is { } failure)
            {
                batch.Fail(passed[i], failure);
            }
        }
    }

    public ValueTask RenewAsync(TransportBatch<ReceivedEnvelope> batch, CancellationToken cancellationToken) => ((ILeaseRenewer)inner).RenewAsync(batch, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
