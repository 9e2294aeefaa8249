using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EventDrivenMicroservices;

/// <summary>Takes orders in, and knows how they have ended.</summary>
internal sealed class OrderService : ShopService
{
    public override Service Name => Service.Order;

    public override string Book => "orders";

    public override string Schema => OrderBook.Schema;

    public override string Figures => """
        SELECT 'placed', COUNT(*) FROM orders.orders WHERE accepted = 1
        UNION ALL SELECT 'completed', COUNT(*) FROM orders.orders WHERE outcome = 'completed'
        UNION ALL SELECT 'compensated', COUNT(*) FROM orders.orders WHERE outcome <> 'completed'
        """;

    public override void Add(MessagingBuilder kit, Broker broker)
    {
        kit.Services.AddSingleton<Plan>();
        kit.Services.AddSingleton<OrderBook>();
        kit.Services.AddSingleton<QuoteClient>();
        kit.Services.AddSingleton<DeadLetterClerk>();

        kit.Publish<QuoteAsked>("quote.asked", broker.To(Routes.InventoryQuestions));
        kit.PublishEvent<OrderPlaced>(broker.Bus);
        kit.PublishEvent<OrderCompleted>(broker.Topic);
        kit.PublishEvent<OrderCompensated>(broker.Topic);

        kit.Consume(broker.From(Routes.OrderAnswers))
            .WithCare(broker)
            .Handle<QuoteGiven, QuoteClient>("quote.given");

        kit.Consume(broker.From(Routes.Order))
            .WithCare(broker)
            .HandleEvent<OrderShipped, SettleOrder>()
            .HandleEvent<StockShort, SettleOrder>()
            .HandleEvent<StockReleased, SettleOrder>();

        kit.Consume(broker.From(Routes.DeadLetters))
            .HandleRaw((context, cancellationToken) => context.Services.GetRequiredService<DeadLetterClerk>().RecordAsync(context, cancellationToken));
    }
}
