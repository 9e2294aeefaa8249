namespace EventDrivenMicroservices;

/// <summary>Inventory: the goods are set aside for the order.</summary>
internal sealed record StockReserved(Order Order) : IOrderEvent
{
    public static string Type => "stock.reserved";
}
