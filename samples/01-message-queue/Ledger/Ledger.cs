using System.Globalization;

namespace MessageQueue;

/// <summary>
/// Keeps book of the run: what was to be published, what the broker has accepted, what has been handled and what was found in the
/// dead-letter queues. In a file it outlives the process, and several processes share it.
/// </summary>
internal sealed class Ledger : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS run (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS sent (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL, accepted INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE IF NOT EXISTS handled (id TEXT PRIMARY KEY, lane TEXT, sequence INTEGER, late INTEGER NOT NULL, times INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS handled_in_lane ON handled (lane, sequence) WHERE lane IS NOT NULL;
        CREATE TABLE IF NOT EXISTS dead_letters (id TEXT PRIMARY KEY, reason TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, token TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """;

    private Ledger(Database database, string run) => (Transactions, Run) = (new GroupCommit(database), run);

    /// <summary>Names the run in the ids of its messages, so that those of two runs are never taken for copies of each other.</summary>
    public string Run { get; }

    /// <summary>All access goes through here.</summary>
    public GroupCommit Transactions { get; }

    /// <summary>Opens a ledger, or begins one.</summary>
    /// <param name="file">The file; <see langword="null"/> for one that ends with the process.</param>
    public static Ledger Open(string? file)
    {
        var database = new Database(file);
        database.Execute(Schema);
        return new Ledger(database, Keep(database, "run", Guid.NewGuid().ToString("N")[..8]));
    }

    public string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Run}-{number:D7}");

    /// <summary>Remembers a setting of the run; whoever says it first decides it for all.</summary>
    /// <returns>What is remembered.</returns>
    public Task<string> KeepAsync(string name, string value) => Transactions.RunAsync(database => Keep(database, name, value));

    /// <summary>These messages are about to be published.</summary>
    public Task IntendAsync(IEnumerable<PlannedMessage> messages) => Transactions.RunAsync(database =>
    {
        foreach (var message in messages)
        {
            database.Execute("INSERT OR IGNORE INTO sent (number, id, queue) VALUES ($1, $2, $3)", message.Number, IdOf(message.Number), message.Queue);
        }
    });

    /// <summary>The broker has accepted this message.</summary>
    public Task AcceptAsync(int number) => Transactions.RunAsync(database => database.Execute("UPDATE sent SET accepted = 1 WHERE number = $1", number));

    /// <summary>All messages of the plan have been accepted.</summary>
    public Task FinishIntakeAsync() => KeepAsync("intake", "done");

    public Task<int> IntendedCountAsync() => Transactions.RunAsync(database => database.Single("SELECT COUNT(*) FROM sent", row => row.GetInt32(0)));

    public Task<List<int>> UnacceptedAsync() => Transactions.RunAsync(database => database.Query("SELECT number FROM sent WHERE accepted = 0 ORDER BY number", row => row.GetInt32(0)));

    /// <summary>A broker within the process is gone with it, and so is what it had accepted: all without an outcome is to be published again.</summary>
    public Task ForgetAcceptedAsync() => Transactions.RunAsync(database =>
    {
        database.Execute("UPDATE sent SET accepted = 0 WHERE id NOT IN (SELECT id FROM handled) AND id NOT IN (SELECT id FROM dead_letters)");
        database.Execute("DELETE FROM run WHERE name = 'intake'");
    });

    /// <summary>
    /// The effect of handling a message. The message's id is its unique key, so that handling it once more changes nothing, and is
    /// counted. Within a lane it is also seen whether a later message was handled before this one.
    /// </summary>
    public Task HandleAsync(string id, string? lane = null, int? sequence = null) => Transactions.RunAsync(database =>
    {
        const string Effect = """
            INSERT INTO handled (id, lane, sequence, late)
            VALUES ($1, $2, $3, $3 < (SELECT MAX(sequence) FROM handled WHERE lane = $2) IS TRUE)
            ON CONFLICT (id) DO UPDATE SET times = times + 1
            """;
        database.Execute(Effect, id, lane, sequence);
    });

    /// <summary>A message was found in a dead-letter queue.</summary>
    public Task BuryAsync(string id, string reason) => Transactions.RunAsync(database =>
        database.Execute("INSERT INTO dead_letters (id, reason) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET times = times + 1", id, reason));

    /// <summary>Adds to counters that are good to know and prove nothing.</summary>
    public Task CountAsync(IReadOnlyCollection<KeyValuePair<string, long>> increments) => Transactions.RunAsync(database =>
    {
        foreach (var (name, value) in increments)
        {
            database.Execute("INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value", name, value);
        }
    });

    /// <summary>How far the run is.</summary>
    public Task<Progress> ReadProgressAsync() => Transactions.RunAsync(database => new Progress(
        database.Single("SELECT 1 FROM run WHERE name = 'intake'", row => row.GetInt32(0)) == 1,
        database.Single("SELECT COUNT(*) FROM sent WHERE accepted = 1", row => row.GetInt64(0)),
        database.Single("SELECT COUNT(*) FROM handled", row => row.GetInt64(0)),
        database.Single("SELECT COUNT(*) FROM dead_letters", row => row.GetInt64(0))));

    /// <summary>Holds what was accepted against what became of it.</summary>
    public Task<Reconciliation> ReconcileAsync() => Transactions.RunAsync(Reconciliation.Read);

    public ValueTask DisposeAsync() => Transactions.DisposeAsync();

    private static string Keep(Database database, string name, string value)
    {
        database.Execute("INSERT OR IGNORE INTO run (name, value) VALUES ($1, $2)", name, value);
        return database.Single("SELECT value FROM run WHERE name = $1", row => row.GetString(0), name)!;
    }
}
