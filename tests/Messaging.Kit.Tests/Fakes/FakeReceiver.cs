using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>A source that delivers what the test puts in, notes what is settled, and does what else the test says. Nothing comes twice by itself.</summary>
internal class FakeReceiver : ITransportReceiver
{
    private readonly Lock _lock = new();
    private readonly Queue<ReceivedEnvelope> _waiting = [];
    private readonly List<Settled> _settled = [];
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _receiving;

    public TransportLimits Limits { get; set; } = new(BatchCount: 10, BatchBytes: int.MaxValue, MessageBytes: int.MaxValue);

    public TransportFeatures Features { get; set; } = TransportFeatures.Redelivery | TransportFeatures.RedeliveryDelay;

    /// <summary>What a receive does first; throwing fails it.</summary>
    public Func<CancellationToken, ValueTask>? OnReceive { get; set; }

    /// <summary>Whether a receive that finds nothing returns at once instead of waiting.</summary>
    public bool IsShortPoll { get; set; }

    /// <summary>What a settlement does; without a word every entry is settled.</summary>
    public Func<TransportBatch<SettledEnvelope>, CancellationToken, ValueTask>? OnSettle { get; set; }

    /// <summary>What was settled, in the order in which it was.</summary>
    public IReadOnlyList<Settled> Settlements
    {
        get
        {
            lock (_lock)
            {
                return [.. _settled];
            }
        }
    }

    public IEnumerable<string> Acked => Settlements.Where(settled => settled.IsAck).Select(settled => settled.Id);

    public IEnumerable<string> Returned => Settlements.Where(settled => !settled.IsAck).Select(settled => settled.Id);

    /// <summary>The sizes of the settlement calls.</summary>
    public ConcurrentQueue<int> SettleCalls { get; } = new();

    /// <summary>How many messages each receive was asked for.</summary>
    public ConcurrentQueue<int> ReceiveCalls { get; } = new();

    /// <summary>Receives that wait now.</summary>
    public int Receiving => Volatile.Read(ref _receiving);

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public bool IsDisposed { get; private set; }

    public static ReceivedEnvelope Message(string id, string? key = null, int deliveryCount = 1, string type = "test", byte[]? body = null) =>
        new(id, type, body ?? System.Text.Encoding.UTF8.GetBytes($"\"{id}\"")) { Key = key, DeliveryCount = deliveryCount };

    public void Deliver(params string[] ids) => Deliver([.. ids.Select(id => Message(id))]);

    public void Deliver(params ReceivedEnvelope[] envelopes)
    {
        TaskCompletionSource arrival;
        lock (_lock)
        {
            Array.ForEach(envelopes, _waiting.Enqueue);
            arrival = _arrival;
            _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        arrival.SetResult();
    }

    public async ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
    {
        ReceiveCalls.Enqueue(maxMessages);
        Interlocked.Increment(ref _receiving);
        try
        {
            if (OnReceive is not null)
            {
                await OnReceive(cancellationToken);
            }

            while (true)
            {
                Task arrival;
                lock (_lock)
                {
                    var received = new List<ReceivedEnvelope>();
                    while (received.Count < Math.Min(maxMessages, Limits.BatchCount) && _waiting.TryDequeue(out var envelope))
                    {
                        received.Add(envelope);
                    }

                    if (received.Count > 0 || IsShortPoll)
                    {
                        return received;
                    }

                    arrival = _arrival.Task;
                }

                await arrival.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _receiving);
        }
    }

    public async ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
    {
        SettleCalls.Enqueue(batch.Count);
        if (OnSettle is not null)
        {
            await OnSettle(batch, cancellationToken);
        }

        lock (_lock)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch.FailureOf(i) is null)
                {
                    _settled.Add(new Settled(batch[i].Envelope.Id, batch[i].Settlement.IsAck, batch[i].Settlement.RedeliverAfter));
                }
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    public sealed record Settled(string Id, bool IsAck, TimeSpan RedeliverAfter)
    {
        public override string ToString() => IsAck ? $"ack {Id}" : RedeliverAfter > TimeSpan.Zero ? $"nack {Id} {RedeliverAfter}" : $"nack {Id}";
    }
}
