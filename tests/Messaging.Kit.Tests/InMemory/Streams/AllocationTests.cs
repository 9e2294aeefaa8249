using Messaging.Kit.InMemory;
using Messaging.Kit.InMemory.Streams;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory.Streams;

public sealed class AllocationTests
{
    private const int BodyBytes = 100;

    // The envelope that is delivered, its copy of the body with the array's header, its place in the list that is returned.
    private const int BytesPerMessage = 200 + (BodyBytes + 24 + 4) + 8;

    [Fact]
    public async Task Message_costs_its_delivery_and_nothing_more()
    {
        const int count = 50, rounds = 2_000;
        var broker = new InMemoryBroker();

        // Old messages make way for new ones all the time.
        broker.DeclareStream("stream", new InMemoryStreamOptions { RetainedMessages = 1_000 });
        await using var sender = (IPipelinedSender)broker.CreateStreamSender("stream");
        await using var receiver = broker.CreateReceiver("stream", "group");
        var envelopes = Enumerable.Range(0, count).Select(number => new Envelope(Guid.NewGuid(), "reading", new byte[BodyBytes]) { Key = $"{number}" }).ToArray();
        var settled = new TransportBatch<SettledEnvelope>(count);
        var receipt = new Counter();
        await Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await Run();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)(rounds * count), 0, BytesPerMessage + 2);

        // Nothing here waits, so all of it runs on one thread, whose allocations are counted.
        async Task Run()
        {
            for (var i = 0; i < rounds; i++)
            {
                foreach (var envelope in envelopes)
                {
                    Assert.True(sender.TryPost(envelope, receipt));
                }

                settled.Clear();
                foreach (var received in await receiver.ReceiveAsync(count, CancellationToken.None))
                {
                    settled.Add(new(received, Settlement.Ack));
                }

                await receiver.SettleAsync(settled, CancellationToken.None);
            }
        }
    }

    private sealed class Counter : ISendReceipt
    {
        public void Conclude(TransportException? failure) => Assert.Null(failure);
    }
}
