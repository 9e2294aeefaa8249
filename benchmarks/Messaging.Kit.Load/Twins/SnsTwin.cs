using System.Text;
using Amazon.SQS;
using Messaging.Kit.Load.Work;
using Messaging.Kit.Sns;

namespace Messaging.Kit.Load.Twins;

/// <summary>
/// A client of SNS called by hand, with the same CloudEvents and attributes: one message in a call, or ten. The SDK's package for SNS is not
/// at hand where this is built, so it is the kit's own client; what is compared is what the bus adds to it. The queue is read by the SDK's.
/// </summary>
internal sealed class SnsTwin(ISnsClient sns, IAmazonSQS sqs, bool isBatched) : Contender(isBatched ? "raw, batched by hand" : "raw, one a call")
{
    private const int Senders = 8;
    private static readonly SnsAttribute[] Attributes = [new("type", "String", "payload"), new("source", "String", "/load")];

    public override async Task PublishAsync(string channel, Supply supply, CancellationToken cancellationToken)
    {
        // A topic that is there already is as good as a new one, and the answer is its address.
        var arn = channel.StartsWith("arn:", StringComparison.Ordinal) ? channel : await sns.CreateTopicAsync(channel, AttributesOf(channel), cancellationToken: cancellationToken);
        var batch = isBatched ? Batch.Of(supply.Payloads) : 1;
        await SendAsync(supply.TakeOpening());
        supply.Begin();
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(
            async () =>
            {
                while (supply.TryTake(batch, out var lot))
                {
                    await SendAsync(lot);
                }
            },
            cancellationToken)));
        supply.End();

        async Task SendAsync(Lot lot)
        {
            foreach (var numbers in Enumerable.Range(0, lot.Count).Chunk(batch))
            {
                var outcomes = await sns.PublishBatchAsync(arn, Array.ConvertAll(numbers, number => Write(supply.Payloads.Make(lot.First + number), number, arn)), cancellationToken);
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

    /// <summary>What a topic of such a name has to be created with.</summary>
    public static IReadOnlyDictionary<string, string>? AttributesOf(string topic) =>
        topic.EndsWith(".fifo", StringComparison.Ordinal) ? new Dictionary<string, string> { ["FifoTopic"] = "true" } : null;

    private static SnsPublishEntry Write(Payload payload, int number, string arn) => new($"{number}", Encoding.UTF8.GetBytes(CloudEvents.Write(payload)))
    {
        MessageGroupId = payload.Key,
        MessageDeduplicationId = arn.EndsWith(".fifo", StringComparison.Ordinal) ? Guid.CreateVersion7().ToString() : null,
        Attributes = Attributes,
    };
}
