namespace EventDrivenMicroservices;

/// <summary>What customers were told: a line when the order has come in, and one when it has ended. Each once, for people notice.</summary>
internal sealed class Mailbox(ServiceLedger ledger)
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS confirmations (id TEXT PRIMARY KEY, text TEXT NOT NULL, trace TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS notices (id TEXT PRIMARY KEY, outcome TEXT NOT NULL, text TEXT NOT NULL, trace TEXT) WITHOUT ROWID;
        """;

    public Task ConfirmAsync(string order, string text) =>
        WriteAsync("INSERT OR IGNORE INTO confirmations (id, text, trace) VALUES ($1, $2, $3)", order, text, ServiceLedger.CurrentTrace);

    public Task NotifyAsync(string order, string outcome, string text) =>
        WriteAsync("INSERT OR IGNORE INTO notices (id, outcome, text, trace) VALUES ($1, $2, $3, $4)", order, outcome, text, ServiceLedger.CurrentTrace);

    private Task WriteAsync(string sql, params object?[] values) => ledger.Transactions.RunAsync(database =>
    {
        if (database.Execute(sql, values) == 0)
        {
            ServiceLedger.Count(database, ServiceLedger.Copies);
        }
    });
}
