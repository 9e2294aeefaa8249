using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EventDrivenMicroservices;

/// <summary>Knows what things cost and what is on the shelf.</summary>
internal sealed class InventoryService : ShopService
{
    public override Service Name => Service.Inventory;

    public override string Book => "inventory";

    public override string Schema => Warehouse.Schema;

    public override string Figures => """
        SELECT 'reserved', COUNT(*) FROM inventory.reservations WHERE state <> 'short'
        UNION ALL SELECT 'short', COUNT(*) FROM inventory.reservations WHERE state = 'short'
        UNION ALL SELECT 'released', COUNT(*) FROM inventory.reservations WHERE state = 'released'
        """;

    public override void Add(MessagingBuilder kit, Broker broker)
    {
        kit.Services.AddSingleton<Warehouse>();

        kit.PublishEvent<StockReserved>(broker.Bus);
        kit.PublishEvent<StockShort>(broker.Bus);
        kit.PublishEvent<StockReleased>(broker.Bus);
        kit.Publish<QuoteGiven>("quote.given", broker.To(Routes.OrderAnswers));

        kit.Consume(broker.From(Routes.Inventory))
            .WithCare(broker)
            .HandleEvent<OrderPlaced, ReserveStock>()
            .HandleEvent<PaymentDeclined, ReleaseStock>()
            .HandleEvent<PaymentRefunded, ReleaseStock>();

        kit.Consume(broker.From(Routes.InventoryQuestions))
            .WithCare(broker)
            .Handle<QuoteAsked, GiveQuote>("quote.asked");
    }
}
