using Messaging.Kit.Hosting;

namespace EventDrivenMicroservices;

/// <summary>A service of the shop: a host of its own, with queues of its own and a book of its own.</summary>
internal abstract class ShopService
{
    /// <summary>All of them, as an order meets them.</summary>
    public static IReadOnlyList<ShopService> All { get; } =
        [new OrderService(), new InventoryService(), new PaymentService(), new ShippingService(), new NotificationService()];

    public abstract Service Name { get; }

    /// <summary>What its book is called.</summary>
    public abstract string Book { get; }

    /// <summary>The tables of its book.</summary>
    public abstract string Schema { get; }

    /// <summary>A query for what it has done, in names and numbers.</summary>
    public abstract string Figures { get; }

    /// <summary>What it publishes, what it consumes, and what it needs for it.</summary>
    public abstract void Add(MessagingBuilder kit, Broker broker);
}
