using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Benchmarks;

/// <summary>A source that has so many messages as it is told to, all alike but for their ids, and takes every settlement: what is measured is the kit's own work.</summary>
internal static class EndlessBuilderExtensions
{
    public static TransportSource Endless(this SourceBuilder from, Tap tap)
    {
        ArgumentNullException.ThrowIfNull(from);
        return new Source(tap);
    }

    private sealed class Source(Tap tap) : TransportSource("endless", "endless")
    {
        public override ITransportReceiver CreateReceiver(string name, IServiceProvider services) => new Receiver(tap);
    }

    private sealed class Receiver(Tap tap) : ITransportReceiver
    {
        public TransportLimits Limits => new(100, int.MaxValue, int.MaxValue);

        public TransportFeatures Features => TransportFeatures.BinaryBody | TransportFeatures.Redelivery;

        public async ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken) => await tap.TakeAsync(maxMessages, cancellationToken);

        public ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;
    }
}
