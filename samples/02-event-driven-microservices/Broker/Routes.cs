using Messaging.Kit.Routing;

namespace EventDrivenMicroservices;

/// <summary>
/// Who gets what: the map of the shop. The patterns are values, the same for the broker in memory and for EventBridge and SNS. A queue's
/// name begins with that of the service that reads it.
/// </summary>
internal static class Routes
{
    /// <summary>The bus: events, for whoever has a rule.</summary>
    public const string Bus = "shop";

    /// <summary>The topic: how orders have ended, for all who subscribe.</summary>
    public const string Outcomes = "outcomes";

    /// <summary>Orders from here on interest the auditors.</summary>
    public const int LargeTotal = 250;

    public static Route Inventory { get; } = new("inventory")
    {
        Rules =
        [
            new("inventory-reserves", EventPattern.Parse("""{"detail-type":["order.placed"]}""")),
            new("inventory-releases", EventPattern.Parse("""{"detail-type":["payment.declined","payment.refunded"]}""")),
        ],
    };

    /// <summary>Questions to inventory are sent to it, past the bus: there is one who can answer.</summary>
    public static Route InventoryQuestions { get; } = new("inventory-questions");

    public static Route Payment { get; } = new("payment")
    {
        Rules =
        [
            new("payment-charges", EventPattern.Parse("""{"detail-type":["stock.reserved"],"detail":{"order":{"total":[{"numeric":[">",0]}]}}}""")),
            new("payment-refunds", EventPattern.Parse("""{"detail-type":["shipment.refused"]}""")),
        ],
    };

    public static Route PaymentAudit { get; } = new("payment-audit")
    {
        Subscription = new(Outcomes, EventPattern.Parse($$$$"""{"detail":{"order":{"total":[{"numeric":[">=",{{{{LargeTotal}}}}]}]}}}""")),
    };

    /// <summary>What is paid is shipped, and samples, which cost nothing, are shipped without being paid: the pattern decides it, no service.</summary>
    public static Route Shipping { get; } = new("shipping")
    {
        Rules =
        [
            new("shipping-paid", EventPattern.Parse("""{"detail-type":["payment.charged"]}""")),
            new("shipping-free", EventPattern.Parse("""{"detail-type":["stock.reserved"],"detail":{"order":{"total":[{"numeric":["=",0]}]}}}""")),
        ],
    };

    public static Route Order { get; } = new("order")
    {
        Rules = [new("order-ends", EventPattern.Parse("""{"detail-type":["order.shipped","stock.short","stock.released"]}"""))],
    };

    public static Route OrderAnswers { get; } = new("order-answers");

    /// <summary>What no service could handle. The order service reads it, for it has to know why an order has no end.</summary>
    public static Route DeadLetters { get; } = new("order-dead-letters");

    public static Route Notification { get; } = new("notification")
    {
        Subscription = new(Outcomes),
    };

    public static Route NotificationLines { get; } = new("notification-lines")
    {
        Rules = [new("notification-lines", EventPattern.Parse("""{"detail-type":["order.placed"]}"""), CustomerLine)],
    };

    public static IReadOnlyList<Route> All { get; } =
        [Order, OrderAnswers, DeadLetters, Inventory, InventoryQuestions, Payment, PaymentAudit, Shipping, Notification, NotificationLines];

    // What a name in angle brackets stands for is said by a path into the event.
    private static InputTransformer CustomerLine => InputTransformer.Parse(
        new Dictionary<string, string>
        {
            ["order"] = "$.detail.order.id",
            ["trace"] = "$.detail.order.trace",
            ["customer"] = "$.detail.order.customer",
            ["quantity"] = "$.detail.order.quantity",
            ["sku"] = "$.detail.order.sku",
            ["total"] = "$.detail.order.total",
        },
        """{"order":<order>,"trace":<trace>,"text":"<customer>, we have got your order of <quantity> x <sku> for <total> EUR."}""");
}
