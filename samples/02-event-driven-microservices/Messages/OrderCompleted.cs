namespace EventDrivenMicroservices;

/// <summary>Order service, to the topic: the order has come to its good end.</summary>
internal sealed record OrderCompleted(Order Order) : IOrderEvent
{
    public static string Type => "order.completed";
}
