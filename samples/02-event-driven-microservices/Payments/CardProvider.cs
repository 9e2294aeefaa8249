namespace EventDrivenMicroservices;

/// <summary>
/// Stands for the company that charges cards, somewhere else: no transaction of ours includes what it does. It takes a key with each
/// request and does the same request once, as all of them do. Its tables are in the payment service's file for the sake of one file less.
/// </summary>
internal sealed class CardProvider(ServiceLedger ledger)
{
    /// <summary>A card that is fine.</summary>
    public const string Good = "tok_good";

    /// <summary>A card that is declined.</summary>
    public const string Declined = "tok_declined";

    /// <summary>A card that is charged, and the first time the answer gets lost.</summary>
    public const string Flaky = "tok_flaky";

    public const string Schema = "CREATE TABLE IF NOT EXISTS provider (key TEXT PRIMARY KEY, cents INTEGER NOT NULL, refunded INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;";

    /// <summary>Charges a card, once for each key.</summary>
    /// <returns>Whether it was charged, and not declined.</returns>
    public async Task<bool> ChargeAsync(string key, string card, decimal amount)
    {
        if (card == Declined)
        {
            return false;
        }

        const string Charge = "INSERT INTO provider (key, cents) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET asked = asked + 1 RETURNING asked";
        var asked = await ledger.Transactions.RunAsync(database => database.Single(Charge, row => row.GetInt64(0), key, (long)(amount * 100)));
        return card == Flaky && asked == 1 ? throw new HttpRequestException("The card's provider does not answer.") : true;
    }

    /// <summary>Gives a charge back, once for each key.</summary>
    public Task RefundAsync(string key) => ledger.Transactions.RunAsync(database => database.Execute("UPDATE provider SET refunded = 1 WHERE key = $1", key));
}
