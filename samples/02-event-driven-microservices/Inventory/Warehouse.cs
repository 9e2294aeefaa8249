using System.Globalization;

namespace EventDrivenMicroservices;

/// <summary>The shelf, and what is set aside for whom. An order has one reservation, whatever comes how often.</summary>
internal sealed class Warehouse(ServiceLedger ledger)
{
    public static string Schema { get; } = $"""
        CREATE TABLE IF NOT EXISTS stock (sku TEXT PRIMARY KEY, initial INTEGER NOT NULL, shelf INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS reservations (id TEXT PRIMARY KEY, sku TEXT NOT NULL, quantity INTEGER NOT NULL, state TEXT NOT NULL, trace TEXT) WITHOUT ROWID;
        INSERT OR IGNORE INTO stock (sku, initial, shelf) VALUES {string.Join(", ", Catalogue.Articles.Select(article => string.Create(CultureInfo.InvariantCulture, $"('{article.Sku}', {article.Stock}, {article.Stock})")))};
        """;

    /// <summary>Sets the goods aside for an order, once.</summary>
    /// <returns>Whether there were enough; for an order that came before, what was found then.</returns>
    public Task<bool> ReserveAsync(Order order)
    {
        var trace = ServiceLedger.CurrentTrace;
        return ledger.Transactions.RunAsync(database =>
        {
            if (database.Single("SELECT state FROM reservations WHERE id = $1", row => row.GetString(0), order.Id) is { } state)
            {
                ServiceLedger.Count(database, ServiceLedger.Copies);
                return state != "short";
            }

            var isThere = database.Execute("UPDATE stock SET shelf = shelf - $2 WHERE sku = $1 AND shelf >= $2", order.Sku, order.Quantity) == 1;
            database.Execute(
                "INSERT INTO reservations (id, sku, quantity, state, trace) VALUES ($1, $2, $3, $4, $5)",
                order.Id, order.Sku, order.Quantity, isThere ? "reserved" : "short", trace);
            return isThere;
        });
    }

    /// <summary>Puts the goods of an order back on the shelf, once.</summary>
    public Task ReleaseAsync(Order order) => ledger.Transactions.RunAsync(database =>
    {
        if (database.Execute("UPDATE reservations SET state = 'released' WHERE id = $1 AND state = 'reserved'", order.Id) == 1)
        {
            database.Execute("UPDATE stock SET shelf = shelf + $2 WHERE sku = $1", order.Sku, order.Quantity);
        }
        else
        {
            ServiceLedger.Count(database, ServiceLedger.Copies);
        }
    });
}
