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

    private static async Task<IHost> StartAsync(Action<Messaging.Kit.Hosting.MessagingBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMessaging(configure);
        var host = builder.Build();
        await host.StartAsync(Stop);
        return host;
    }

    internal sealed record Reading(string Device, int Number);
}
