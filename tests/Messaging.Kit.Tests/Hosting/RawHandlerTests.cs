using System.Collections.Concurrent;
using System.Text;
using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Tests.Hosting;

public sealed class RawHandlerTests
{
    [Fact]
    public async Task Dead_letters_that_cannot_be_decoded_are_handled_as_they_were_received()
    {
        var letters = new ConcurrentDictionary<string, (string Reason, string Body)>();
        using var host = Build(kit =>
        {
            kit.Publish<Order>("order.placed", to => to.InMemory("orders"))
                .Use((context, next) =>
                {
                    context.Envelope.Body = "no order"u8.ToArray();
                    return next(context);
                });
            kit.Consume(from => from.InMemory("orders"))
                .UseDeadLetter(to => to.InMemory("orders-dlq"))
                .Handle<Order>("order.placed", (_, _, _) => default);
            kit.Consume(from => from.InMemory("orders-dlq"))
                .HandleRaw((context, _) =>
                {
                    letters[context.MessageId] = (context.Headers[HeaderNames.DeadLetterReason]!, Encoding.UTF8.GetString(context.Envelope.Body.Span));
                    return default;
                });
        });
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<IMessageBus>().PublishAsync(new Order(1), new() { Id = "a" }, TestContext.Current.CancellationToken);
        await EmptyAsync(host, "orders");
        await EmptyAsync(host, "orders-dlq");
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal([new("a", ("poison", "no order"))], letters);
    }

    [Fact]
    public async Task A_type_that_has_a_handler_does_not_come_raw()
    {
        var (decoded, raw) = (new ConcurrentBag<int>(), new ConcurrentBag<string>());
        using var host = Build(kit =>
        {
            kit.Publish<Order>("order.placed", to => to.InMemory("orders"));
            kit.Publish<Refund>("order.refunded", to => to.InMemory("orders"));
            kit.Consume(from => from.InMemory("orders"))
                .Handle<Order>("order.placed", (order, _, _) =>
                {
                    decoded.Add(order.Number);
                    return default;
                })
                .HandleRaw((context, _) =>
                {
                    raw.Add(context.Envelope.Type);
                    return default;
                });
        });
        await host.StartAsync(TestContext.Current.CancellationToken);
        var bus = host.Services.GetRequiredService<IMessageBus>();
        await bus.PublishAsync(new Order(1), cancellationToken: TestContext.Current.CancellationToken);
        await bus.PublishAsync(new Refund(1), cancellationToken: TestContext.Current.CancellationToken);
        await EmptyAsync(host, "orders");
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1], decoded);
        Assert.Equal(["order.refunded"], raw);
    }

    [Fact]
    public void Other_types_are_either_ignored_or_handled_raw()
    {
        using var host = Build(kit => kit.Consume(from => from.InMemory("orders")).HandleRaw((_, _) => default).IgnoreOtherTypes());
        var exception = Assert.Throws<OptionsValidationException>(() => host.Start());
        Assert.Contains("Leave out IgnoreOtherTypes or HandleRaw", exception.Message, StringComparison.Ordinal);
    }

    private static IHost Build(Action<MessagingBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddMessaging(configure);
        return builder.Build();
    }

    private static async Task EmptyAsync(IHost host, string queue)
    {
        var broker = host.Services.GetRequiredService<InMemoryBroker>();
        while (broker.GetQueue(queue).Backlog.Total > 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private sealed record Order(int Number);

    private sealed record Refund(int Number);
}
