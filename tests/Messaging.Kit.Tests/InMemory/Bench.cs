using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Tests.InMemory;

/// <summary>A broker on a clock that the test moves, and short words for what the tests do with it.</summary>
internal sealed class Bench
{
    public const string Queue = "orders";
    public const string Fifo = "orders.fifo";

    // A wait that nobody ends is a failure, not a test run without end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Bench() => Broker = new InMemoryBroker(Time);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));

    public InMemoryBroker Broker { get; }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Envelope Message(string id, string? key = null, TimeSpan delay = default) =>
        new(id, "order.placed", "{}"u8.ToArray()) { Key = key, Delay = delay };

    public InMemoryQueue Declare(string name, Action<InMemoryQueueOptions>? configure = null)
    {
        // Most tests look at an empty queue; only those about waiting wait.
        var options = new InMemoryQueueOptions { WaitTime = TimeSpan.Zero };
        configure?.Invoke(options);
        return Broker.DeclareQueue(name, options);
    }

    public async Task<TransportBatch<Envelope>> Send(string name, params Envelope[] messages)
    {
        var batch = new TransportBatch<Envelope>(messages);
        await using var sender = Broker.CreateSender(name);
        await sender.SendAsync(batch, Stop);
        return batch;
    }

    public async Task Send(string name, string? key, params string[] ids)
    {
        var batch = await Send(name, [.. ids.Select(id => Message(id, key))]);
        Assert.Equal(0, batch.FailedCount);
    }

    public async Task<IReadOnlyList<ReceivedEnvelope>> Receive(string name, int max = 10) =>
        await Broker.CreateReceiver(name).ReceiveAsync(max, Stop).AsTask().WaitAsync(Patience, TimeProvider.System, Stop);

    public async Task<ReceivedEnvelope> ReceiveOne(string name) => Assert.Single(await Receive(name, 1));

    public async Task<TransportBatch<SettledEnvelope>> Settle(string name, Settlement settlement, params IEnumerable<ReceivedEnvelope> envelopes)
    {
        var batch = new TransportBatch<SettledEnvelope>([.. envelopes.Select(envelope => new SettledEnvelope(envelope, settlement))]);
        await Broker.CreateReceiver(name).SettleAsync(batch, Stop);
        return batch;
    }

    public async Task Ack(string name, params IEnumerable<ReceivedEnvelope> envelopes) =>
        Assert.Equal(0, (await Settle(name, Settlement.Ack, envelopes)).FailedCount);

    public async Task Nack(string name, TimeSpan delay, params IEnumerable<ReceivedEnvelope> envelopes) =>
        Assert.Equal(0, (await Settle(name, Settlement.Nack(delay), envelopes)).FailedCount);

    public async Task<TransportBatch<ReceivedEnvelope>> Renew(string name, params ReceivedEnvelope[] envelopes)
    {
        var batch = new TransportBatch<ReceivedEnvelope>(envelopes);
        await ((ILeaseRenewer)Broker.CreateReceiver(name)).RenewAsync(batch, Stop);
        return batch;
    }

    public static string Ids(IEnumerable<Envelope> envelopes) => string.Join(' ', envelopes.Select(envelope => envelope.Id));

    public static TransportException Failure<T>(TransportBatch<T> batch, int index = 0) => Assert.IsType<TransportException>(batch.FailureOf(index));
}
