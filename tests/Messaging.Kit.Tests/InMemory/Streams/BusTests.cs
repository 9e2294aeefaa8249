using System.Collections.Concurrent;
using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Tests.InMemory.Streams;

/// <summary>Streams under the bus: what an application sees of them.</summary>
public sealed class BusTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_keep_their_order_through_many_receives_at_once()
    {
        const int count = 200_000, keys = 3;
        var last = new int[keys];
        var (outOfOrder, handled) = (0, 0);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync(kit =>
        {
            kit.Publish<Reading>("reading", to => to.InMemoryStream("readings", options => options.Partitions = 2)).KeyBy(reading => reading.Device);
            kit.Consume(from => from.InMemoryStream("readings", "aggregator")).Handle<Reading>("reading", (reading, _, _) =>
            {
                var key = reading.Device[0] - '0';
                Interlocked.Add(ref outOfOrder, Interlocked.Exchange(ref last[key], reading.Number) == reading.Number - 1 ? 0 : 1);
                if (Interlocked.Increment(ref handled) == count)
                {
                    done.SetResult();
                }

                return default;
            });
        });
        var outcomes = await host.Services.GetRequiredService<IMessageBus>().PublishManyAsync(
            [.. Enumerable.Range(0, count).Select(number => new Reading($"{number % keys}", (number / keys) + 1))], cancellationToken: Stop);
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        await done.Task.WaitAsync(Patience, Stop);
        Assert.Equal(0, outOfOrder);
    }

    [Fact]
    public async Task Hosts_that_come_and_go_share_a_group_and_each_key_goes_on_without_gaps()
    {
        const int keys = 24, count = 200;
        var broker = new InMemoryBroker();
        var handled = new ConcurrentQueue<Reading>();
        var first = await StartAsync(kit => Consume(kit, handled), broker);
        var bus = first.Services.GetRequiredService<IMessageBus>();
        var publishing = Task.Run(
            async () =>
            {
                for (var number = 0; number < count; number++)
                {
                    await bus.PublishManyAsync([.. Enumerable.Range(0, keys).Select(key => new Reading($"device-{key}", number))], cancellationToken: Stop);
                    await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Stop);
                }
            },
            Stop);

        await UntilAsync(() => handled.Count > 100);
        var second = await StartAsync(kit => Consume(kit, handled), broker);
        await UntilAsync(() => handled.Count > 1_000);
        using var third = await StartAsync(kit => Consume(kit, handled), broker);
        await UntilAsync(() => handled.Count > 2_000);
        await second.StopAsync(Stop);
        await ((IAsyncDisposable)second).DisposeAsync();
        await publishing;
        await first.StopAsync(Stop);
        await ((IAsyncDisposable)first).DisposeAsync();
        await UntilAsync(() => broker.GetStream("readings").Groups[0].Lag == 0);

        // What one key had done before another of its partition was given back comes again: a partition has one watermark.
        Assert.All(handled.GroupBy(reading => reading.Device), key =>
        {
            var numbers = key.Select(reading => reading.Number).ToArray();
            Assert.Equal((0, count - 1), (numbers[0], numbers[^1]));
            Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
        });
        Assert.Equal(5, broker.GetStream("readings").Groups[0].Rebalances);
        await third.StopAsync(Stop);
    }

    private static void Consume(MessagingBuilder kit, ConcurrentQueue<Reading> handled)
    {
        kit.Publish<Reading>("reading", to => to.InMemoryStream("readings", options => options.Partitions = 6)).KeyBy(reading => reading.Device);
        kit.Consume(from => from.InMemoryStream("readings", "aggregator")).Handle<Reading>("reading", async (reading, _, _) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            handled.Enqueue(reading);
        });
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var start = TimeProvider.System.GetTimestamp(); !condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "It should have happened long ago.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Stop);
        }
    }

    private static async Task<IHost> StartAsync(Action<MessagingBuilder> configure, InMemoryBroker? broker = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(broker ?? new InMemoryBroker());
        builder.Services.AddMessaging(configure);
        var host = builder.Build();
        await host.StartAsync(Stop);
        return host;
    }

    internal sealed record Reading(string Device, int Number);
}
