namespace EventDrivenMicroservices;

/// <summary>What became of each order's payment, and what the auditors want to have kept.</summary>
internal sealed class Accounts(ServiceLedger ledger)
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, cents INTEGER NOT NULL, state TEXT NOT NULL, trace TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS audits (id TEXT PRIMARY KEY, outcome TEXT NOT NULL, cents INTEGER NOT NULL, trace TEXT) WITHOUT ROWID;
        """;

    /// <summary>Whether an order's card was charged; <see langword="null"/> when nobody has tried yet.</summary>
    public Task<bool?> FindAsync(Order order) => ledger.Transactions.RunAsync(database =>
        database.Single("SELECT state FROM payments WHERE id = $1", row => row.GetString(0), order.Id) is { } state ? state != "declined" : (bool?)null);

    /// <summary>Writes down what the provider has said.</summary>
    public Task RecordAsync(Order order, bool isCharged)
    {
        var trace = ServiceLedger.CurrentTrace;
        return ledger.Transactions.RunAsync(database => CountCopy(database, database.Execute(
            "INSERT OR IGNORE INTO payments (id, cents, state, trace) VALUES ($1, $2, $3, $4)",
            order.Id, (long)(order.Total * 100), isCharged ? "charged" : "declined", trace)));
    }

    /// <summary>A copy came of something that is written down.</summary>
    public Task CountCopyAsync() => ledger.Transactions.RunAsync(database => CountCopy(database, 0));

    /// <summary>A charge has been given back. Of an order that cost nothing there is none.</summary>
    public Task RefundAsync(Order order) => ledger.Transactions.RunAsync(database =>
        CountCopy(database, order.Total == 0 ? 1 : database.Execute("UPDATE payments SET state = 'refunded' WHERE id = $1 AND state = 'charged'", order.Id)));

    /// <summary>How a large order has ended.</summary>
    public Task AuditAsync(Order order, string outcome)
    {
        var trace = ServiceLedger.CurrentTrace;
        return ledger.Transactions.RunAsync(database => CountCopy(database, database.Execute(
            "INSERT OR IGNORE INTO audits (id, outcome, cents, trace) VALUES ($1, $2, $3, $4)", order.Id, outcome, (long)(order.Total * 100), trace)));
    }

    private static void CountCopy(Database database, int changed)
    {
        if (changed == 0)
        {
            ServiceLedger.Count(database, ServiceLedger.Copies);
        }
    }
}
