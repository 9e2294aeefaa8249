using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EventDrivenMicroservices;

/// <summary>Sends parcels.</summary>
internal sealed class ShippingService : ShopService
{
    public override Service Name => Service.Shipping;

    public override string Book => "shipping";

    public override string Schema => Parcels.Schema;

    public override string Figures => """
        SELECT 'shipped', COUNT(*) FROM shipping.parcels WHERE state = 'shipped'
        UNION ALL SELECT 'refused', COUNT(*) FROM shipping.parcels WHERE state = 'refused'
        """;

    public override void Add(MessagingBuilder kit, Broker broker)
    {
        kit.Services.AddSingleton<Parcels>();

        kit.PublishEvent<OrderShipped>(broker.Bus);
        kit.PublishEvent<ShipmentRefused>(broker.Bus);

        kit.Consume(broker.From(Routes.Shipping))
            .WithCare(broker)
            .HandleEvent<PaymentCharged, ShipOrder>()
            .HandleEvent<StockReserved, ShipOrder>();
    }
}
