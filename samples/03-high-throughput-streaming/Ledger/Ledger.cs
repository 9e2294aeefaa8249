using System.Globalization;

namespace HighThroughputStreaming;

/// <summary>
/// Keeps book of the run: what was to be published, what the broker has accepted, what became of each reading, the windows, and what
/// was found in the topics behind. In a file it outlives the process, and several processes share it.
/// </summary>
internal sealed class Ledger : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS run (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS portions (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, accepted INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE IF NOT EXISTS handled (number INTEGER PRIMARY KEY, late INTEGER NOT NULL, anomaly INTEGER NOT NULL, disordered INTEGER NOT NULL, watermark INTEGER NOT NULL, times INTEGER NOT NULL DEFAULT 1);
        CREATE TABLE IF NOT EXISTS lanes (lane TEXT NOT NULL, device TEXT NOT NULL, last INTEGER NOT NULL, newest INTEGER NOT NULL, PRIMARY KEY (lane, device)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS windows (lane TEXT NOT NULL, device TEXT NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL, closed_by INTEGER, PRIMARY KEY (lane, device, start)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS windows_by_cause ON windows (closed_by) WHERE closed_by IS NOT NULL;
        CREATE TABLE IF NOT EXISTS results (lane TEXT NOT NULL, device TEXT NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, times INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (lane, device, start)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS anomalies (number INTEGER PRIMARY KEY, times INTEGER NOT NULL DEFAULT 1);
        CREATE TABLE IF NOT EXISTS late (number INTEGER PRIMARY KEY, times INTEGER NOT NULL DEFAULT 1);
        CREATE TABLE IF NOT EXISTS dead_letters (number INTEGER PRIMARY KEY, reason TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1);
        CREATE TABLE IF NOT EXISTS strangers (id TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """;

    private const int Digits = 8;

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

    public string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Run}-{number:D8}");

    /// <summary>Names the result of a window: the same however often it is published, so that copies are recognised.</summary>
    public string IdOf(WindowClosed result) => string.Create(CultureInfo.InvariantCulture, $"{Run}-{result.Device}-{result.Start:yyyyMMddTHHmmss}-{result.Key}");

    /// <summary>The number of the reading that a message of this run is, or tells about.</summary>
    public bool TryGetNumber(string id, out int number)
    {
        number = -1;
        return id.StartsWith(Run, StringComparison.Ordinal) && id.Length > Run.Length + Digits
            && int.TryParse(id.AsSpan(Run.Length + 1, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Remembers a setting of the run; whoever says it first decides it for all.</summary>
    /// <returns>What is remembered.</returns>
    public Task<string> KeepAsync(string name, string value) => Transactions.RunAsync(database => Keep(database, name, value));

    /// <summary>These readings are about to be published.</summary>
    public Task IntendAsync(int first, int count) => Transactions.RunAsync(database =>
        database.Execute("INSERT OR IGNORE INTO portions (first, count) VALUES ($1, $2)", first, count));

    /// <summary>The broker has accepted all of these readings. A line for each of them would be dear, and a portion can be published again as well as a reading.</summary>
    public Task AcceptAsync(int first) => Transactions.RunAsync(database => database.Execute("UPDATE portions SET accepted = 1 WHERE first = $1", first));

    /// <summary>All readings of the plan have been accepted.</summary>
    public Task FinishGeneratingAsync() => KeepAsync("generator", "done");

    /// <summary>Where to go on: at the first portion that was intended and not accepted, or else with the first that was not intended yet.</summary>
    public Task<int> NextToPublishAsync() => Transactions.RunAsync(database =>
        database.Single("SELECT COALESCE(MIN(first) FILTER (WHERE accepted = 0), SUM(count), 0) FROM portions", row => row.GetInt32(0)));

    /// <summary>A broker within the process is gone with it, and with it all that it held: everything is to be published again, and most of it will be recognised.</summary>
    public Task ForgetAcceptedAsync() => Transactions.RunAsync(database =>
    {
        database.Execute("UPDATE portions SET accepted = 0");
        database.Execute("DELETE FROM run WHERE name = 'generator'");
    });

    /// <summary>A message of another run.</summary>
    public Task NoteStrangerAsync(string id) => Transactions.RunAsync(database => database.Execute("INSERT OR IGNORE INTO strangers (id) VALUES ($1)", id));

    /// <summary>A reading was found in the dead-letter topic.</summary>
    public Task BuryAsync(int number, string reason) => Transactions.RunAsync(database =>
        database.Execute("INSERT INTO dead_letters (number, reason) VALUES ($1, $2) ON CONFLICT DO UPDATE SET times = times + 1", number, reason));

    /// <summary>The result of a window was found in the topic of results.</summary>
    public Task RecordAsync(WindowClosed result) => Transactions.RunAsync(database => database.Execute(
        "INSERT INTO results (lane, device, start, count) VALUES ($1, $2, $3, $4) ON CONFLICT DO UPDATE SET times = times + 1",
        result.Key, result.Device, result.Start.ToUnixTimeMilliseconds(), result.Count));

    /// <summary>A reading was found in the topic of anomalies.</summary>
    public Task RecordAnomalyAsync(int number) => Transactions.RunAsync(database =>
        database.Execute("INSERT INTO anomalies (number) VALUES ($1) ON CONFLICT DO UPDATE SET times = times + 1", number));

    /// <summary>A reading was found in the topic of late readings.</summary>
    public Task RecordLateAsync(int number) => Transactions.RunAsync(database =>
        database.Execute("INSERT INTO late (number) VALUES ($1) ON CONFLICT DO UPDATE SET times = times + 1", number));

    /// <summary>Adds to counters that are good to know and prove nothing.</summary>
    public Task CountAsync(IReadOnlyCollection<KeyValuePair<string, long>> increments) => Transactions.RunAsync(database =>
    {
        foreach (var (name, value) in increments)
        {
            database.Execute("INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value", name, value);
        }
    });

    /// <summary>How far the run is.</summary>
    public Task<Progress> ReadProgressAsync() => Transactions.RunAsync(Progress.Read);

    /// <summary>Holds what was accepted against what became of it.</summary>
    public Task<Reconciliation> ReconcileAsync() => Transactions.RunAsync(Reconciliation.Read);

    public ValueTask DisposeAsync() => Transactions.DisposeAsync();

    private static string Keep(Database database, string name, string value)
    {
        database.Execute("INSERT OR IGNORE INTO run (name, value) VALUES ($1, $2)", name, value);
        return database.Single("SELECT value FROM run WHERE name = $1", row => row.GetString(0), name)!;
    }
}
