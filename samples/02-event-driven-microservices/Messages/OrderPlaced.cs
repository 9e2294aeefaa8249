namespace EventDrivenMicroservices;

/// <summary>Order service: a customer has ordered. Everything begins with it.</summary>
internal sealed record OrderPlaced(Order Order) : IOrderEvent
{
    public static string Type => "order.placed";
}
