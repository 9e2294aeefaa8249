namespace EventDrivenMicroservices;

/// <summary>How far a run is.</summary>
/// <param name="IsPlaced">Whether the bus has accepted all orders of the plan.</param>
/// <param name="Placed">Orders that the bus has accepted.</param>
/// <param name="Reserved">Orders whose goods were set aside.</param>
/// <param name="Charged">Orders that were charged.</param>
/// <param name="Shipped">Orders that were shipped.</param>
/// <param name="Completed">Orders that have come to a good end.</param>
/// <param name="Compensated">Orders that were undone.</param>
/// <param name="Told">Lines and notices that customers got, and entries for the auditors.</param>
/// <param name="ToTell">How many of these there must be.</param>
/// <param name="DeadLettered">Messages that some service could not handle.</param>
/// <param name="Copies">Messages that came again and changed nothing.</param>
internal sealed record Progress(
    bool IsPlaced, long Placed, long Reserved, long Charged, long Shipped, long Completed, long Compensated, long Told, long ToTell, long DeadLettered, long Copies)
{
    public long Open => Placed - Completed - Compensated;

    public bool MayBeDone => IsPlaced && Open <= 0 && Told >= ToTell;

    /// <summary>Grows with everything that happens.</summary>
    public long Signs => Placed + Reserved + Charged + Shipped + Completed + Compensated + Told + DeadLettered + Copies;

    public static Progress Read(Database database)
    {
        return new(
            Number("SELECT COUNT(*) FROM orders.milestones") == 1,
            Number("SELECT COUNT(*) FROM orders.orders WHERE accepted = 1"),
            Number("SELECT COUNT(*) FROM inventory.reservations WHERE state <> 'short'"),
            Number("SELECT COUNT(*) FROM payments.payments WHERE state <> 'declined'"),
            Number("SELECT COUNT(*) FROM shipping.parcels WHERE state = 'shipped'"),
            Number("SELECT COUNT(*) FROM orders.orders WHERE outcome = 'completed'"),
            Number("SELECT COUNT(*) FROM orders.orders WHERE outcome <> 'completed'"),
            Number("SELECT (SELECT COUNT(*) FROM notifications.confirmations) + (SELECT COUNT(*) FROM notifications.notices) + (SELECT COUNT(*) FROM payments.audits)"),
            Number($"SELECT 2 * COUNT(*) + COALESCE(SUM(cents >= {Routes.LargeTotal} * 100), 0) FROM orders.orders WHERE accepted = 1"),
            Number("SELECT COUNT(*) FROM orders.dead_letters"),
            ShopService.All.Sum(service => Number($"SELECT COALESCE(SUM(value), 0) FROM {service.Book}.counters")));

        long Number(string sql) => database.Single(sql, row => row.GetInt64(0));
    }
}
