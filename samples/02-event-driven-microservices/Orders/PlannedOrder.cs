namespace EventDrivenMicroservices;

/// <summary>One order of the plan.</summary>
/// <param name="Number">Its place in the run, from 0.</param>
/// <param name="Customer">Who orders.</param>
/// <param name="Sku">What.</param>
/// <param name="Quantity">How many of it.</param>
/// <param name="Trouble">What goes wrong with it.</param>
/// <param name="IsDoubled">Whether it is published twice.</param>
internal sealed record PlannedOrder(int Number, string Customer, string Sku, int Quantity, Trouble Trouble, bool IsDoubled)
{
    /// <summary>The order, as it is published.</summary>
    public Order ToOrder(string id, decimal total, string trace) => new(
        id,
        Customer,
        Sku,
        Quantity,
        total,
        Trouble switch { Trouble.Declined => CardProvider.Declined, Trouble.Flaky => CardProvider.Flaky, _ => CardProvider.Good },
        Trouble == Trouble.Undeliverable ? ShipOrder.Nowhere : $"{(Number % 99) + 1} High Street",
        trace);
}
