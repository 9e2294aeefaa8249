using Messaging.Kit.Messages;

namespace Messaging.Kit.Tests.InMemory;

public sealed class BodyTests
{
    private static readonly int[] Sizes = [0, 1, 2, 63, 64, 65, 127, 128, 129, 1000, 2047, 2048, 2049, 4095, 4096, 4097, 100_000, 1_000_000];

    private readonly Bench _bench = new();

    [Fact]
    public async Task Bodies_of_every_size_come_through_again_and_again()
    {
        _bench.Declare(Bench.Queue);
        for (var round = 0; round < 5; round++)
        {
            foreach (var size in Sizes)
            {
                await _bench.Send(Bench.Queue, new Envelope($"{round}-{size}", "", Body(round, size)));
            }

            for (var delivery = 1; delivery <= 2; delivery++)
            {
                var received = await _bench.Receive(Bench.Queue, 100);
                Assert.Equal(Sizes.Length, received.Count);
                foreach (var envelope in received)
                {
                    var parts = envelope.Id.Split('-').Select(int.Parse).ToArray();
                    Assert.Equal(Body(parts[0], parts[1]), envelope.Body.ToArray());
                }

                if (delivery == 1)
                {
                    await _bench.Nack(Bench.Queue, TimeSpan.Zero, received);
                }
                else
                {
                    await _bench.Ack(Bench.Queue, received);
                }
            }
        }
    }

    [Fact]
    public async Task Many_messages_come_through_and_leave_in_any_order()
    {
        var queue = _bench.Declare(Bench.Queue, options => options.VisibilityTimeout = TimeSpan.FromHours(1));
        var random = new Random(4711);
        var sizes = new Dictionary<string, int>();
        var held = new List<ReceivedEnvelope>();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 200; i++)
            {
                var batch = Enumerable.Range(0, 100).Select(n => new Envelope($"{round}-{i}-{n}", "", Body(n, random.Next(300)))).ToArray();
                foreach (var envelope in batch)
                {
                    sizes[envelope.Id] = envelope.Body.Length;
                }

                await _bench.Send(Bench.Queue, batch);
            }

            while (await _bench.Receive(Bench.Queue, 100) is { Count: > 0 } received)
            {
                Assert.All(received, envelope => Assert.Equal(Body(int.Parse(envelope.Id.Split('-')[2]), sizes[envelope.Id]), envelope.Body.ToArray()));
                held.AddRange(received);
            }

            var shuffled = held.ToArray();
            random.Shuffle(shuffled);
            var leaving = held.Count / (3 - round);
            foreach (var chunk in shuffled[..leaving].Chunk(100))
            {
                await _bench.Ack(Bench.Queue, chunk);
            }

            held = [.. shuffled[leaving..]];
            Assert.Equal(held.Count, queue.Backlog.Total);
        }

        Assert.Empty(held);
        Assert.Equal(60_000, sizes.Count);
    }

    private static byte[] Body(int seed, int size)
    {
        var body = new byte[size];
        new Random(seed * 31 + size).NextBytes(body);
        return body;
    }
}
