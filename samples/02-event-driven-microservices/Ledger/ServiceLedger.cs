using System.Diagnostics;

namespace EventDrivenMicroservices;

/// <summary>
/// The book of one service, in a file that no other service writes to. What it says outlives the process, so that a service which was
/// killed knows what it has done.
/// </summary>
internal sealed class ServiceLedger : IAsyncDisposable
{
    /// <summary>What every service keeps besides its own tables.</summary>
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS spans (trace TEXT NOT NULL, at INTEGER NOT NULL, took INTEGER NOT NULL, service TEXT NOT NULL, what TEXT NOT NULL);
        """;

    /// <summary>Counts what came again and changed nothing.</summary>
    public const string Copies = "copies";

    /// <summary>Opens the book; <see cref="Books"/> has made the file.</summary>
    public ServiceLedger(string file) => Transactions = new GroupCommit(new Database(file));

    /// <summary>All access goes through here.</summary>
    public GroupCommit Transactions { get; }

    /// <summary>The trace that the message in hand belongs to, to be written down beside what is done.</summary>
    public static string? CurrentTrace => Activity.Current?.TraceId.ToHexString();

    /// <summary>Counts something, within a transaction.</summary>
    public static void Count(Database database, string name) =>
        database.Execute("INSERT INTO counters (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", name);

    public ValueTask DisposeAsync() => Transactions.DisposeAsync();
}
