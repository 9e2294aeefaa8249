using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory;

public sealed class AllocationTests
{
    private const int BodyBytes = 100;

    // The envelope that is delivered, its copy of the body with the array's header, its place in the list that is returned.
    private const int BytesPerMessage = 192 + (BodyBytes + 24 + 4) + 8;
    private const int BytesPerList = 24;

    [Theory]
    [InlineData("standard", 10, 1, false)]
    [InlineData("standard", 1, 1, false)]
    [InlineData("standard", 1, 1, true)]
    [InlineData("one-key.fifo", 10, 1, false)]
    [InlineData("keys-that-come-and-go.fifo", 10, 4_001, false)]
    public async Task Message_costs_its_delivery_and_nothing_more(string name, int count, int keys, bool receivesFirst)
    {
        const int rounds = 2_000;
        var broker = new InMemoryBroker();
        broker.DeclareQueue(name, new InMemoryQueueOptions { DeduplicationWindow = TimeSpan.Zero });
        await using var sender = broker.CreateSender(name);
        await using var receiver = broker.CreateReceiver(name);
        using var stop = new CancellationTokenSource();
        var body = new byte[BodyBytes];
        var batches = Enumerable.Range(0, keys)
            .Select(key => new TransportBatch<Envelope>([.. Enumerable.Range(0, count).Select(_ => new Envelope(Guid.NewGuid(), "reading", body) { Key = $"{key}" })]))
            .ToArray();
        var next = 0;
        var settled = new TransportBatch<SettledEnvelope>(count);

        if (!receivesFirst)
        {
            // One batch stays ahead, for a queue that runs empty starts anew and could hide what is not given back.
            await sender.SendAsync(batches[next++ % keys], stop.Token);
        }

        // Where there are enough keys, each run has others than the one before. What the runtime does once, such as putting better code in place of a
        // method, may fall into any of them; what messages cost is in all of them.
        await Run();
        var least = long.MaxValue;
        for (var run = 0; run < 3; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            await Run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least / (double)(rounds * count), 0, BytesPerMessage + (BytesPerList / (double)count) + 1);

        // Nothing here waits, so all of it runs on one thread, whose allocations are counted.
        async Task Run()
        {
            for (var i = 0; i < rounds; i++)
            {
                var batch = batches[next++ % keys];
                ReceivedEnvelope[] received;
                if (receivesFirst)
                {
                    var receive = receiver.ReceiveAsync(count, stop.Token);
                    await sender.SendAsync(batch, stop.Token);
                    received = (ReceivedEnvelope[])await receive;
                }
                else
                {
                    await sender.SendAsync(batch, stop.Token);
                    received = (ReceivedEnvelope[])await receiver.ReceiveAsync(count, stop.Token);
                }

                settled.Clear();
                foreach (var envelope in received)
                {
                    settled.Add(new(envelope, Settlement.Ack));
                }

                await receiver.SettleAsync(settled, stop.Token);
            }
        }
    }
}
