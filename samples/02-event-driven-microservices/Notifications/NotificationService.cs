using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EventDrivenMicroservices;

/// <summary>Writes to customers.</summary>
internal sealed class NotificationService : ShopService
{
    public override Service Name => Service.Notification;

    public override string Book => "notifications";

    public override string Schema => Mailbox.Schema;

    public override string Figures => """
        SELECT 'confirmed', COUNT(*) FROM notifications.confirmations
        UNION ALL SELECT 'notified', COUNT(*) FROM notifications.notices
        """;

    public override void Add(MessagingBuilder kit, Broker broker)
    {
        kit.Services.AddSingleton<Mailbox>();

        kit.Consume(broker.From(Routes.Notification))
            .WithCare(broker)
            .HandleEvent<OrderCompleted, SendNotice>()
            .HandleEvent<OrderCompensated, SendNotice>();

        // What a transformer has written carries no type.
        kit.Consume(broker.From(Routes.NotificationLines))
            .WithCare(broker)
            .DefaultType("customer.line")
            .Handle<CustomerLine, SendLine>("customer.line");
    }
}
