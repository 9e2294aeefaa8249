using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing.Bus;

/// <summary>A sender that fails as it is told, and else is another one.</summary>
/// <param name="inner">The other one; disposed of by its channel.</param>
/// <param name="callFault">What a call fails with, before anything is sent; is given the number of the call, from 1.</param>
/// <param name="entryFault">What an entry fails with, while the others of its call are sent.</param>
internal sealed class FaultySender(ITransportSender inner, Func<int, Exception?>? callFault = null, Func<Envelope, Exception?>? entryFault = null) : ITransportSender
{
    private int _calls;

    public TransportLimits Limits => inner.Limits;

    public TransportFeatures Features => inner.Features;

    public int Measure(Envelope envelope) => inner.Measure(envelope);

    public async ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        if (callFault?.Invoke(Interlocked.Increment(ref _calls)) is { } fault)
        {
            throw fault;
        }

        var sent = new List<int>();
        for (var i = 0; i < batch.Count; i++)
        {
            if (entryFault?.Invoke(batch[i]) is { } failure)
            {
                batch.Fail(i, failure);
            }
            else
            {
                sent.Add(i);
            }
        }

        if (sent.Count == 0)
        {
            return;
        }

        var rest = new TransportBatch<Envelope>([.. sent.Select(i => batch[i])]);
        await inner.SendAsync(rest, cancellationToken);
        for (var i = 0; i < rest.Count; i++)
        {
            if (rest.FailureOf(i) is { } failure)
            {
                batch.Fail(sent[i], failure);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
