using Messaging.Kit.Kafka;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;
namespace Messaging.Kit.Load;
internal static class Bare
{
    public static async Task<Measurement> ConsumeAsync(string topic, int messages)
    {
        var receiver = new KafkaReceiver(topic, $"bare-{Guid.NewGuid():N}", new KafkaTransportOptions { }, TimeProvider.System, NullLogger<KafkaReceiver>.Instance);
        var m = await Measurement.OfAsync(messages, async () =>
        {
            for (var n = 0; n < messages;)
            {
                var got = await receiver.ReceiveAsync(500, default);
                n += got.Count;
                if (got.Count > 0) await receiver.SettleAsync(new TransportBatch<SettledEnvelope>([.. got.Select(e => new SettledEnvelope(e, Settlement.Ack))]), default);
            }
        });
        await receiver.DisposeAsync();
        return m;
    }
}
