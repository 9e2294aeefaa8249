namespace EventDrivenMicroservices;

/// <summary>Inventory: what was set aside is on the shelf again, the last step of undoing an order.</summary>
internal sealed record StockReleased(Order Order, string Reason) : IOrderEvent
{
    public static string Type => "stock.released";
}
