using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>A sender that takes envelopes over one by one; the test tells what becomes of them.</summary>
internal sealed class FakePipelinedSender : IPipelinedSender
{
    private readonly ConcurrentQueue<(SentMessage Message, ISendReceipt Receipt)> _taken = new();
    private TaskCompletionSource? _full;
    private int _concluded;

    public TransportLimits Limits { get; } = new(BatchCount: 10, BatchBytes: 1_000_000, MessageBytes: 1_000);

    public TransportFeatures Features => TransportFeatures.Ordering;

    /// <summary>What taking an envelope over throws.</summary>
    public Func<Envelope, Exception?>? Refuse { get; set; }

    /// <summary>What has been taken over, in that order.</summary>
    public IReadOnlyList<SentMessage> Taken => [.. _taken.Select(entry => entry.Message)];

    /// <summary>Tells what has become of all that has been taken over until now, the last first.</summary>
    public void Conclude(TransportException? failure = null)
    {
        var news = _taken.Skip(_concluded).ToList();
        _concluded += news.Count;
        for (var i = news.Count - 1; i >= 0; i--)
        {
            news[i].Receipt.Conclude(failure);
        }
    }

    /// <summary>Takes nothing over until <see cref="Empty"/>.</summary>
    public void Fill() => Volatile.Write(ref _full, new(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Empty() => Interlocked.Exchange(ref _full, null)!.SetResult();

    public int Measure(Envelope envelope) => envelope.Body.Length;

    public bool TryPost(Envelope envelope, ISendReceipt receipt)
    {
        if (Refuse?.Invoke(envelope) is { } refusal)
        {
            throw refusal;
        }

        if (Volatile.Read(ref _full) is not null)
        {
            return false;
        }

        _taken.Enqueue((new SentMessage(envelope), receipt));
        return true;
    }

    public async ValueTask PostAsync(Envelope envelope, ISendReceipt receipt, CancellationToken cancellationToken)
    {
        while (!TryPost(envelope, receipt))
        {
            await (Volatile.Read(ref _full)?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken);
        }
    }

    public ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("It takes envelopes one by one.");

    public ValueTask FlushAsync(CancellationToken deadline) => default;

    public ValueTask DisposeAsync() => default;
}
