using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EventDrivenMicroservices;

/// <summary>Charges cards, gives charges back, and keeps what the auditors want to see.</summary>
internal sealed class PaymentService : ShopService
{
    public override Service Name => Service.Payment;

    public override string Book => "payments";

    public override string Schema => CardProvider.Schema + Accounts.Schema;

    public override string Figures => """
        SELECT 'charged', COUNT(*) FROM payments.payments WHERE state <> 'declined'
        UNION ALL SELECT 'declined', COUNT(*) FROM payments.payments WHERE state = 'declined'
        UNION ALL SELECT 'refunded', COUNT(*) FROM payments.payments WHERE state = 'refunded'
        UNION ALL SELECT 'audited', COUNT(*) FROM payments.audits
        """;

    public override void Add(MessagingBuilder kit, Broker broker)
    {
        kit.Services.AddSingleton<Accounts>();
        kit.Services.AddSingleton<CardProvider>();

        kit.PublishEvent<PaymentCharged>(broker.Bus);
        kit.PublishEvent<PaymentDeclined>(broker.Bus);
        kit.PublishEvent<PaymentRefunded>(broker.Bus);

        kit.Consume(broker.From(Routes.Payment))
            .WithCare(broker)
            .HandleEvent<StockReserved, ChargeOrder>()
            .HandleEvent<ShipmentRefused, RefundOrder>();

        kit.Consume(broker.From(Routes.PaymentAudit))
            .WithCare(broker)
            .HandleEvent<OrderCompleted, AuditOrder>()
            .HandleEvent<OrderCompensated, AuditOrder>();
    }
}
