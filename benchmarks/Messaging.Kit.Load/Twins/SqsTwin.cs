using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Load.Transports;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Twins;

/// <summary>
/// The SDK's client doing the same work: the same CloudEvents, each outcome looked at, each message deleted after it has been read. One
/// message in a call, as the first example of the SDK does it, or batched by hand, ten in a call. Both have as many
/// sends and receives under way as the kit; a receiver deletes before it receives again, as it is written by hand.
/// </summary>
internal sealed class SqsTwin(IAmazonSQS client, bool isBatched) : Contender(isBatched ? "raw, batched by hand" : "raw, one a call")
{
    private const int Senders = 8;
    private const int Receivers = 4;

    public override async Task PublishAsync(string channel, Supply supply, CancellationToken cancellationToken)
    {
        var url = await UrlOfAsync(client, channel, cancellationToken);
        var batch = isBatched ? Batch.Of(supply.Payloads) : 1;
        await SendAsync(supply.TakeOpening());
        supply.Begin();
        await Parallel(Senders, async () =>
        {
            while (supply.TryTake(batch, out var lot))
            {
                await SendAsync(lot);
            }
        });
        supply.End();

        async Task SendAsync(Lot lot)
        {
            for (var first = lot.First; first < lot.End; first += batch)
            {
                var part = new Lot(first, (int)Math.Min(batch, lot.End - first));
                await (isBatched ? SendBatchAsync(url, supply, part, cancellationToken) : SendEachAsync(url, supply, part, cancellationToken));
            }
        }
    }

    public override Task ConsumeAsync(string channel, Ledger ledger, CancellationToken cancellationToken) => ReceiveAsync(client, channel, isBatched, ledger, cancellationToken);

    /// <summary>Receives until all is there; queues that SNS and EventBridge feed are read in the same way.</summary>
    public static async Task ReceiveAsync(IAmazonSQS client, string queue, bool isBatched, Ledger ledger, CancellationToken cancellationToken)
    {
        var url = await UrlOfAsync(client, queue, cancellationToken);
        await Parallel(Receivers, async () =>
        {
            while (!ledger.Done.IsCompleted)
            {
                // The attributes that the kit asks for too: how often and when, and the group.
                var request = new ReceiveMessageRequest(url)
                {
                    MaxNumberOfMessages = isBatched ? Batch.Most : 1,
                    WaitTimeSeconds = (int)SqsTransport.WaitTime.TotalSeconds,
                    MessageSystemAttributeNames = ["ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp", "SentTimestamp", "MessageGroupId", "AWSTraceHeader"],
                    MessageAttributeNames = ["All"],
                };
                var messages = (await client.ReceiveMessageAsync(request, cancellationToken)).Messages ?? [];
                foreach (var message in messages)
                {
                    ledger.Arrive(CloudEvents.Read(message.Body));
                }

                await DeleteAsync(client, url, messages, isBatched, cancellationToken);
            }
        });
    }

    private static async Task DeleteAsync(IAmazonSQS client, string url, List<Message> messages, bool isBatched, CancellationToken cancellationToken)
    {
        if (!isBatched)
        {
            foreach (var message in messages)
            {
                await client.DeleteMessageAsync(url, message.ReceiptHandle, cancellationToken);
            }
        }
        else if (messages.Count > 0)
        {
            var response = await client.DeleteMessageBatchAsync(
                url, [.. messages.Select((message, number) => new DeleteMessageBatchRequestEntry($"{number}", message.ReceiptHandle))], cancellationToken);
            if (response.Failed is [var failed, ..])
            {
                throw new AmazonSQSException($"{failed.Code}: {failed.Message}");
            }
        }
    }

    private static async Task<string> UrlOfAsync(IAmazonSQS client, string queue, CancellationToken cancellationToken) =>
        (await client.GetQueueUrlAsync(queue, cancellationToken)).QueueUrl;

    // Each with its own thread of execution, as the kit's calls have.
    private static Task Parallel(int count, Func<Task> work) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(work)));

    private async Task SendEachAsync(string url, Supply supply, Lot lot, CancellationToken cancellationToken)
    {
        for (var number = lot.First; number < lot.End; number++)
        {
            var payload = supply.Payloads.Make(number);
            await client.SendMessageAsync(
                new SendMessageRequest(url, CloudEvents.Write(payload)) { MessageGroupId = payload.Key, MessageDeduplicationId = IdOf(url) }, cancellationToken);
            supply.Confirm();
        }
    }

    private async Task SendBatchAsync(string url, Supply supply, Lot lot, CancellationToken cancellationToken)
    {
        var entries = new List<SendMessageBatchRequestEntry>(lot.Count);
        for (var number = lot.First; number < lot.End; number++)
        {
            var payload = supply.Payloads.Make(number);
            entries.Add(new($"{number - lot.First}", CloudEvents.Write(payload)) { MessageGroupId = payload.Key, MessageDeduplicationId = IdOf(url) });
        }

        var response = await client.SendMessageBatchAsync(new SendMessageBatchRequest(url, entries), cancellationToken);
        supply.Confirm(response.Successful?.Count ?? 0);
        foreach (var failed in response.Failed ?? [])
        {
            supply.Fail(new AmazonSQSException($"{failed.Code}: {failed.Message}"));
        }
    }

    private static string? IdOf(string url) => url.EndsWith(".fifo", StringComparison.Ordinal) ? Guid.CreateVersion7().ToString() : null;
}
