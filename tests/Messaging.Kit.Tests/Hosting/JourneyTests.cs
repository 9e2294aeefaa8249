using System.Collections.Concurrent;
using Messaging.Kit.InMemory;
using Messaging.Kit.Middleware.Redelivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Tests.Hosting;

public sealed class JourneyTests
{
    [Fact]
    public async Task Every_message_is_handled_once_or_dead_lettered()
    {
        var handled = new ConcurrentDictionary<int, int>();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddMessaging(kit =>
        {
            kit.Publish<Order>("order.placed", to => to.InMemory("orders")).UseCompression(o => o.Threshold = 100);
            kit.Consume(from => from.InMemory("orders"))
                .UseDeadLetter(to => to.InMemory("orders-dlq"), maxDeliveries: 3)
                .UseIdempotency()
                .UseCompression()
                .UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(10)))
                .UseRetry(o => o.Delay = TimeSpan.Zero)
                .Handle<Order>("order.placed", (order, _, _) =>
                {
                    if (order.Number % 100 == 7)
                    {
                        throw new InvalidOperationException("poison");
                    }

                    handled.AddOrUpdate(order.Number, 1, (_, n) => n + 1);
                    return default;
                });
        });
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var bus = host.Services.GetRequiredService<IMessageBus>();
        var outcomes = await bus.PublishManyAsync(Enumerable.Range(0, 2000).Select(n => new Order(n, new string('x', 200))), cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(outcomes, o => Assert.True(o.IsAccepted));
        var broker = host.Services.GetRequiredService<InMemoryBroker>();
        for (var i = 0; i < 500 && broker.GetQueue("orders").Backlog.Total > 0; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, broker.GetQueue("orders").Backlog.Total);
        Assert.Equal(1980, handled.Count);
        Assert.All(handled, pair => Assert.Equal(1, pair.Value));
        var letters = broker.GetQueue("orders-dlq").Peek();
        Assert.Equal(20, letters.Count);
        Assert.All(letters, letter => Assert.Equal("exhausted", letter.Headers["deadletterreason"]));
        Assert.All(letters, letter => Assert.Equal("3", letter.Headers["deadlettercount"]));
        Assert.All(letters, letter => Assert.Equal("br", letter.Headers["contentencoding"]));
    }

    private sealed record Order(int Number, string Note);
}
