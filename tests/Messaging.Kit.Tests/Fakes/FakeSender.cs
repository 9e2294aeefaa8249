using System.Collections.Concurrent;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>A sender that notes what it is given and does what the test says; without a word it accepts.</summary>
internal sealed class FakeSender : ITransportSender
{
    private readonly ConcurrentQueue<SentMessage> _sent = new();

    public TransportLimits Limits { get; set; } = new(BatchCount: 10, BatchBytes: 1_000_000, MessageBytes: 100_000);

    public TransportFeatures Features { get; set; }

    /// <summary>What a call does before its entries are noted as sent, unless they are marked as failed.</summary>
    public Func<TransportBatch<Envelope>, CancellationToken, ValueTask>? OnSend { get; set; }

    public Func<Envelope, int> SizeOf { get; set; } = static envelope => envelope.Body.Length;

    /// <summary>What was accepted, in the order of acceptance.</summary>
    public IReadOnlyList<SentMessage> Sent => [.. _sent];

    public int Calls;

    public bool IsDisposed { get; private set; }

    public int Measure(Envelope envelope) => SizeOf(envelope);

    public async ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Calls);
        if (OnSend is not null)
        {
            await OnSend(batch, cancellationToken);
        }

        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.FailureOf(i) is null)
            {
                _sent.Enqueue(new SentMessage(batch[i]));
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}

/// <summary>An envelope as it was when it was accepted.</summary>
internal sealed class SentMessage(Envelope envelope)
{
    public Envelope Envelope { get; } = envelope;

    public string Id { get; } = envelope.Id;

    public string? Key { get; } = envelope.Key;

    public byte[] Body { get; } = envelope.Body.ToArray();

    public string Text => Encoding.UTF8.GetString(Body);

    public IReadOnlyDictionary<string, string> Headers { get; } = envelope.HasHeaders ? envelope.Headers.ToDictionary() : new Dictionary<string, string>();

    public override string ToString() => $"{Id}: {Text}";
}
