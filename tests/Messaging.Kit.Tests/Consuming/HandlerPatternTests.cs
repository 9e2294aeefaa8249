using System.Collections.Concurrent;
using System.Text;
using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.Fakes;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>Several handlers of a type, each for the messages that match its pattern.</summary>
public sealed class HandlerPatternTests
{
    private static readonly EventPattern Large = EventPattern.Parse("""{"detail":{"total":[{"numeric":[">=",100]}]}}""");
    private static readonly EventPattern Huge = EventPattern.Parse("""{"detail":{"total":[{"numeric":[">=",1000]}]}}""");

    private readonly ConcurrentQueue<string> _handled = new();

    [Fact]
    public async Task First_handler_whose_pattern_matches_handles_and_the_one_without_takes_the_rest()
    {
        await using var app = await StartAsync(consume => consume
            .Handle<Order>("order", (order, _, _) => Note("other", order))
            .Handle<Order>("order", Huge, (order, _, _) => Note("huge", order))
            .Handle<Order>("order", Large, (order, _, _) => Note("large", order)));
        await PublishAsync(app, 5, 100, 5000);
        await Wait.Until(() => _handled.Count == 3);
        Assert.Equal(["huge 5000", "large 100", "other 5"], _handled.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Message_that_matches_no_pattern_is_poison()
    {
        await using var app = await StartAsync(consume => consume
            .UseDeadLetter(to => to.InMemory("dead"))
            .Handle<Order, LargeOrders>("order", Large));
        await PublishAsync(app, 5);
        var broker = (InMemoryBroker)app.Services.GetService(typeof(InMemoryBroker))!;
        await Wait.Until(() => broker.GetQueue("dead").Backlog.Total == 1);
        Assert.Contains("pattern", Assert.Single(broker.GetQueue("dead").Peek()).Headers[HeaderNames.DeadLetterMessage] ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_that_matches_no_pattern_is_dropped_when_others_are_ignored()
    {
        await using var app = await StartAsync(consume => consume.IgnoreOtherTypes().Handle<Order>("order", Large, (order, _, _) => Note("large", order)));
        await PublishAsync(app, 5, 100);
        await Wait.Until(() => _handled.Count == 1 && app.Consumer.InFlight == 0);
        Assert.Equal(["large 100"], _handled);
    }

    [Fact]
    public async Task Message_that_matches_no_pattern_goes_to_the_raw_handler()
    {
        await using var app = await StartAsync(consume => consume
            .Handle<Order>("order", Large, (order, _, _) => Note("large", order))
            .HandleRaw((context, _) =>
            {
                _handled.Enqueue($"raw {Encoding.UTF8.GetString(context.Envelope.Body.Span)}");
                return default;
            }));
        await PublishAsync(app, 5);
        await Wait.Until(() => _handled.Count == 1);
        Assert.Equal(["""raw {"total":5}"""], _handled);
    }

    [Fact]
    public async Task Two_handlers_without_a_pattern_are_a_fault()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(consume => consume
            .Handle<Order>("order", (_, _, _) => default)
            .Handle<Order>("order", Large, (_, _, _) => default)
            .Handle<Order>("order", (_, _, _) => default)));
        Assert.Contains("two handlers for 'order'", failure.ToString(), StringComparison.Ordinal);
    }

    private static Task<App> StartAsync(Action<ConsumeBuilder> configure) => App.Start(
        kit =>
        {
            kit.Publish<Order>("order", to => to.InMemory("orders"));
            configure(kit.Consume(from => from.InMemory("orders")));
        },
        time: TimeProvider.System);

    private static async Task PublishAsync(App app, params int[] totals)
    {
        foreach (var total in totals)
        {
            await Wait.For(app.Bus.PublishAsync(new Order(total)));
        }
    }

    private ValueTask Note(string handler, Order order)
    {
        _handled.Enqueue($"{handler} {order.Total}");
        return default;
    }

    private sealed record Order(int Total);

    private sealed class LargeOrders : IMessageHandler<Order>
    {
        public ValueTask HandleAsync(Order message, ConsumeContext context, CancellationToken cancellationToken) => default;
    }
}
