namespace EventDrivenMicroservices;

/// <summary>Inventory: there are not enough of the article. Nothing has happened yet that would have to be undone.</summary>
internal sealed record StockShort(Order Order) : IOrderEvent
{
    public static string Type => "stock.short";
}
