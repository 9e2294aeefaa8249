using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Aws.Tests.Topology;

/// <summary>Hosts as applications register them, built and not started.</summary>
internal static class ShopHost
{
    /// <summary>A host of what is registered; nothing of the machine's settings is in it.</summary>
    public static IHost Build(Action<MessagingBuilder> configure, Action<HostApplicationBuilder>? more = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "shop" });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)));
        builder.Services.AddMessaging(configure);
        more?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>Something of everything that can be in a topology; the names begin with a prefix.</summary>
    public static void RegisterAll(MessagingBuilder kit, string prefix, Func<ReceivedEnvelope, ValueTask> handle)
    {
        kit.Publish<OrderPlaced>("order.placed", to => to.Sns($"{prefix}orders"));
        kit.Publish<OrderPaid>("order.paid", to => to.EventBridge($"{prefix}shop"));
        kit.Publish<StockMoved>("stock.moved", to => to.Sqs($"{prefix}stock.fifo", queue => queue.HighThroughputFifo = true)).KeyBy(moved => moved.Sku);
        kit.Consume(from => from.Sns($"{prefix}orders", $"{prefix}shipping", subscription =>
            {
                subscription.Filter = EventPattern.Parse("""{"detail-type":["order.placed"]}""");
                subscription.RedriveTo = $"{prefix}undelivered";
                subscription.Queue.RedriveTo = $"{prefix}shipping-abandoned";
                subscription.Queue.Retention = TimeSpan.FromDays(2);
                subscription.Queue.WaitTime = TimeSpan.FromSeconds(1);
            }))
            .UseDeadLetter(to => to.Sqs($"{prefix}shipping-dead"))
            .HandleRaw((context, _) => handle(context.Envelope));
        kit.Consume(from => from.EventBridge($"{prefix}shop", $"{prefix}billing", rule =>
            {
                rule.Pattern = EventPattern.Parse("""{ "detail-type": ["order.paid"] }""");
                rule.RedriveTo = $"{prefix}undelivered";
                rule.RetryAttempts = 3;
                rule.MaximumEventAge = TimeSpan.FromMinutes(2);
                rule.Queue.Delay = TimeSpan.FromSeconds(1);
                rule.Queue.WaitTime = TimeSpan.FromSeconds(1);
            }))
            .HandleRaw((context, _) => handle(context.Envelope));
        kit.Consume(from => from.Sqs($"{prefix}stock.fifo", queue => queue.WaitTime = TimeSpan.FromSeconds(1)))
            .UseDeadLetter(to => to.Sqs($"{prefix}stock-dead.fifo"))
            .HandleRaw((context, _) => handle(context.Envelope));
    }

    internal sealed record OrderPlaced(int Number);

    internal sealed record OrderPaid(int Number);

    internal sealed record StockMoved(string Sku);
}
