namespace EventDrivenMicroservices;

/// <summary>What was shipped, and what could not be.</summary>
internal sealed class Parcels(ServiceLedger ledger)
{
    public const string Schema = "CREATE TABLE IF NOT EXISTS parcels (id TEXT PRIMARY KEY, sku TEXT NOT NULL, quantity INTEGER NOT NULL, state TEXT NOT NULL, trace TEXT) WITHOUT ROWID;";

    /// <summary>Writes down a parcel, once.</summary>
    public Task RecordAsync(Order order, bool isShipped)
    {
        var trace = ServiceLedger.CurrentTrace;
        return ledger.Transactions.RunAsync(database =>
        {
            const string Record = "INSERT OR IGNORE INTO parcels (id, sku, quantity, state, trace) VALUES ($1, $2, $3, $4, $5)";
            if (database.Execute(Record, order.Id, order.Sku, order.Quantity, isShipped ? "shipped" : "refused", trace) == 0)
            {
                ServiceLedger.Count(database, ServiceLedger.Copies);
            }
        });
    }
}
