using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Twins;

/// <summary>
/// Beside the broker in the process: a channel of JSON, written by one and read by one. It promises nothing: no acknowledgement, no
/// redelivery, no order within a key beyond that of the one reader.
/// </summary>
internal sealed class ChannelTwin() : Contender("raw channel")
{
    private readonly ConcurrentDictionary<string, Channel<byte[]>> _channels = new(StringComparer.Ordinal);

    public override async Task PublishAsync(string channel, Supply supply, CancellationToken cancellationToken)
    {
        var writer = _channels.GetOrAdd(channel, _ => Channel.CreateUnbounded<byte[]>(new() { SingleReader = true })).Writer;
        await WriteAsync(supply.TakeOpening());
        supply.Begin();
        while (supply.TryTake(1_000, out var lot))
        {
            await WriteAsync(lot);
        }

        supply.End();

        async Task WriteAsync(Lot lot)
        {
            for (var number = lot.First; number < lot.End; number++)
            {
                await writer.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(supply.Payloads.Make(number), PayloadContext.Default.Payload), cancellationToken);
                supply.Confirm();
            }
        }
    }

    public override async Task ConsumeAsync(string channel, Ledger ledger, CancellationToken cancellationToken)
    {
        await foreach (var body in _channels[channel].Reader.ReadAllAsync(cancellationToken))
        {
            ledger.Arrive(JsonSerializer.Deserialize(body, PayloadContext.Default.Payload)!);
            if (ledger.Done.IsCompleted)
            {
                break;
            }
        }

        _channels.TryRemove(channel, out _);
    }
}
