namespace EventDrivenMicroservices;

/// <summary>Order service, to the topic: the order has failed, and whatever had been done for it is undone.</summary>
internal sealed record OrderCompensated(Order Order, string Reason) : IOrderEvent
{
    public static string Type => "order.compensated";
}
