namespace EventDrivenMicroservices;

/// <summary>Shipping: the parcel is on its way. From here on nothing can be undone.</summary>
internal sealed record OrderShipped(Order Order) : IOrderEvent
{
    public static string Type => "order.shipped";
}
