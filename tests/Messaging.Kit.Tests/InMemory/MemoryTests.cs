using Messaging.Kit.Messages;

namespace Messaging.Kit.Tests.InMemory;

/// <summary>Looks at the memory of the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneCollection;

[Collection<AloneCollection>]
public sealed class MemoryTests
{
    private readonly Bench _bench = new();

    [Theory]
    [InlineData(Bench.Queue)]
    [InlineData(Bench.Fifo)]
    public async Task Queue_that_runs_empty_gives_its_memory_back(string name)
    {
        const int batches = 500;
        var queue = _bench.Declare(name, options => options.DeduplicationWindow = TimeSpan.Zero);
        var body = new byte[1000];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < batches; i++)
        {
            await _bench.Send(name, [.. Enumerable.Range(0, 100).Select(n => new Envelope(Guid.NewGuid(), "reading", body) { Key = $"{n}" })]);
        }

        // A body of 1,000 bytes in a block of 1,024, and what is known about it.
        var full = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(full, batches * 100 * 1_150L, batches * 100 * 1_350L);
        while (queue.Backlog.Total > 0)
        {
            await _bench.Ack(name, await _bench.Receive(name, 100));
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, full / 10);
        GC.KeepAlive(queue);
    }
}
