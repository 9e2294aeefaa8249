using System.Text.Json;
using Amazon.SQS;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Twins;

/// <summary>
/// A client of EventBridge called by hand, with the same entries: one event in a call, or ten. The SDK's package for EventBridge is not at
/// hand where this is built, so it is the kit's own client; what is compared is what the bus adds to it. The queue is read by the SDK's.
/// </summary>
internal sealed class EventBridgeTwin(IEventBridgeClient events, IAmazonSQS sqs, bool isBatched) : Contender(isBatched ? "raw, batched by hand" : "raw, one a call")
{
    private const int Senders = 8;

    public override async Task PublishAsync(string channel, Supply supply, CancellationToken cancellationToken)
    {
        var batch = isBatched ? Batch.Of(supply.Payloads) : 1;
        await PutAsync(supply.TakeOpening());
        supply.Begin();
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(
            async () =>
            {
                while (supply.TryTake(batch, out var lot))
                {
                    await PutAsync(lot);
                }
            },
            cancellationToken)));
        supply.End();

        async Task PutAsync(Lot lot)
        {
            foreach (var numbers in Enumerable.Range(0, lot.Count).Chunk(batch))
            {
                var outcomes = await events.PutEventsAsync(Array.ConvertAll(numbers, number => Write(supply.Payloads.Make(lot.First + number), channel)), cancellationToken);
                supply.Confirm(outcomes.Count(outcome => outcome.ErrorCode is null));
                foreach (var failed in outcomes.Where(outcome => outcome.ErrorCode is not null))
                {
                    supply.Fail(new AmazonSQSException($"{failed.ErrorCode}: {failed.ErrorMessage}"));
                }
            }
        }
    }

    public override Task ConsumeAsync(string channel, Ledger ledger, CancellationToken cancellationToken) =>
        SqsTwin.ReceiveAsync(sqs, channel, isBatched, ledger, cancellationToken);

    // What EventBridge has no field for travels as a resource, as the kit does it.
    private static EventBridgeEntry Write(Payload payload, string bus)
    {
        var now = DateTimeOffset.UtcNow;
        return new("/load", "payload", JsonSerializer.SerializeToUtf8Bytes(payload, PayloadContext.Default.Payload))
        {
            Time = now,
            EventBusName = bus,
            Resources = [$"cloudevents:id={Guid.CreateVersion7()}&time={now:O}&partitionkey={payload.Key}"],
        };
    }
}
