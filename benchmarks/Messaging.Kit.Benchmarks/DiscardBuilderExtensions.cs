using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Benchmarks;

/// <summary>A destination that accepts everything and keeps nothing: what is measured is the kit's own work.</summary>
internal static class DiscardBuilderExtensions
{
    public static TransportDestination Discard(this DestinationBuilder to)
    {
        ArgumentNullException.ThrowIfNull(to);
        return new Destination();
    }

    private sealed class Destination() : TransportDestination("discard", "discard")
    {
        public override ITransportSender CreateSender(string name, IServiceProvider services) => new Sender();
    }

    private sealed class Sender : ITransportSender
    {
        public TransportLimits Limits => new(100, int.MaxValue, int.MaxValue);

        public TransportFeatures Features => TransportFeatures.BinaryBody;

        public int Measure(Envelope envelope) => envelope.Body.Length;

        public ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;
    }
}
