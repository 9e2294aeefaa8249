using System.Diagnostics;
using System.Globalization;

namespace EventDrivenMicroservices;

/// <summary>The orders: those that are to be placed, those that the bus has accepted, and how they have ended.</summary>
internal sealed class OrderBook(ServiceLedger ledger, Books books, Plan plan)
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, context TEXT NOT NULL, cents INTEGER, accepted INTEGER NOT NULL DEFAULT 0, outcome TEXT, trace TEXT);
        CREATE TABLE IF NOT EXISTS strangers (id TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS dead_letters (id TEXT PRIMARY KEY, reason TEXT NOT NULL, consumer TEXT NOT NULL, text TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS milestones (name TEXT PRIMARY KEY) WITHOUT ROWID;
        """;

    public string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{books.Run}-{number:D7}");

    /// <summary>These orders are about to be placed. Each gets the trace that it keeps, whatever crashes.</summary>
    public Task<List<Intent>> IntendAsync(IEnumerable<int> numbers) => ledger.Transactions.RunAsync(database => numbers
        .Select(number =>
        {
            var intent = new Intent(number, NewContext(plan.IsTraced(number)), null);
            database.Execute("INSERT INTO orders (number, id, context) VALUES ($1, $2, $3)", number, IdOf(number), intent.Context);
            return intent;
        })
        .ToList());

    /// <summary>Inventory has said what an order costs. From now on that is its price.</summary>
    public Task PriceAsync(int number, decimal total) => ledger.Transactions.RunAsync(database =>
        database.Execute("UPDATE orders SET cents = $2 WHERE number = $1", number, (long)(total * 100)));

    /// <summary>The bus has accepted an order.</summary>
    public Task AcceptAsync(int number) => ledger.Transactions.RunAsync(database => database.Execute("UPDATE orders SET accepted = 1 WHERE number = $1", number));

    /// <summary>All orders of the plan have been accepted.</summary>
    public Task FinishPlacingAsync() => ledger.Transactions.RunAsync(database => database.Execute("INSERT OR IGNORE INTO milestones (name) VALUES ('placed')"));

    public Task<int> IntendedCountAsync() => ledger.Transactions.RunAsync(database => database.Single("SELECT COUNT(*) FROM orders", row => row.GetInt32(0)));

    public Task<List<Intent>> UnacceptedAsync() => ledger.Transactions.RunAsync(database => database.Query(
        "SELECT number, context, cents FROM orders WHERE accepted = 0 ORDER BY number",
        row => new Intent(row.GetInt32(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt64(2) / 100m)));

    /// <summary>
    /// A broker within the process is gone with it, and with it every event that was on its way: all orders are to be placed again. Each
    /// service knows what it has done, does nothing of it again, and tells it again.
    /// </summary>
    public Task ForgetAcceptedAsync() => ledger.Transactions.RunAsync(database =>
    {
        database.Execute("UPDATE orders SET accepted = 0");
        database.Execute("DELETE FROM milestones");
    });

    /// <summary>An order has come to its end, once.</summary>
    public Task SettleAsync(Order order, string outcome)
    {
        var trace = ServiceLedger.CurrentTrace;
        return ledger.Transactions.RunAsync(database =>
        {
            if (database.Execute("UPDATE orders SET outcome = $2, trace = $3 WHERE id = $1 AND outcome IS NULL", order.Id, outcome, trace) == 1)
            {
                return;
            }

            if (database.Single("SELECT 1 FROM orders WHERE id = $1", row => row.GetInt32(0), order.Id) == 1)
            {
                ServiceLedger.Count(database, ServiceLedger.Copies);
            }
            else
            {
                database.Execute("INSERT OR IGNORE INTO strangers (id) VALUES ($1)", order.Id);
            }
        });
    }

    /// <summary>A message that some service could not handle.</summary>
    public Task BuryAsync(string id, string reason, string consumer, string? text) => ledger.Transactions.RunAsync(database =>
        database.Execute("INSERT OR IGNORE INTO dead_letters (id, reason, consumer, text) VALUES ($1, $2, $3, $4)", id, reason, consumer, text));

    // The flag says whether spans are kept. It travels with the context, so it is decided here for all services.
    private static string NewContext(bool isTraced) => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-{(isTraced ? "01" : "00")}";
}
