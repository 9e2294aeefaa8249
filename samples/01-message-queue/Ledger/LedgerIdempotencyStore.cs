using Messaging.Kit.Middleware.Idempotency;

namespace MessageQueue;

/// <summary>
/// The kit's idempotency on the ledger, so that it holds across processes and restarts. What says that a message has been handled is
/// the row that its handler wrote: effect and record are one and the same, and no crash can come between them.
/// </summary>
internal sealed class LedgerIdempotencyStore(Ledger ledger) : IIdempotencyStore
{
    public async ValueTask<IdempotencyClaim> ClaimAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = Now();
        var token = Guid.NewGuid().ToString("N");
        return await ledger.Transactions.RunAsync(database =>
        {
            if (database.Single("SELECT 1 FROM handled WHERE id = $1", row => row.GetInt32(0), MessageIdOf(key)) == 1)
            {
                return IdempotencyClaim.Completed;
            }

            const string Claim = """
                INSERT INTO claims (key, token, until) VALUES ($1, $2, $3)
                ON CONFLICT (key) DO UPDATE SET token = excluded.token, until = excluded.until WHERE until <= $4
                """;
            return database.Execute(Claim, key, token, now + Milliseconds(lease), now) == 1
                ? IdempotencyClaim.Claimed(token)
                : IdempotencyClaim.InProgress(TimeSpan.FromMilliseconds(database.Single("SELECT until FROM claims WHERE key = $1", row => row.GetInt64(0), key) - now));
        });
    }

    public async ValueTask<bool> RenewAsync(string key, string token, TimeSpan lease, CancellationToken cancellationToken) =>
        await ledger.Transactions.RunAsync(database =>
            database.Execute("UPDATE claims SET until = $3 WHERE key = $1 AND token = $2", key, token, Now() + Milliseconds(lease))) == 1;

    // The handler has recorded the message together with its effect; what is left is the claim.
    public async ValueTask CompleteAsync(string key, string token, TimeSpan retention, CancellationToken cancellationToken) =>
        await ReleaseAsync(key, token, cancellationToken);

    public async ValueTask ReleaseAsync(string key, string token, CancellationToken cancellationToken) =>
        await ledger.Transactions.RunAsync(database => database.Execute("DELETE FROM claims WHERE key = $1 AND token = $2", key, token));

    private static string MessageIdOf(string key) => key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
