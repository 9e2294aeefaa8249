namespace EventDrivenMicroservices;

/// <summary>Shipping: nobody can deliver there. The charge has to be given back, and then the stock.</summary>
internal sealed record ShipmentRefused(Order Order) : IOrderEvent
{
    public static string Type => "shipment.refused";
}
