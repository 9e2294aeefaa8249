using System.Globalization;

namespace EventDrivenMicroservices;

/// <summary>
/// All books of a run, to be read side by side: the referee's view. A service sees its own book only. What the processes of a run have to
/// agree on is here as well.
/// </summary>
internal sealed class Books : IDisposable
{
    private const string Schema = "CREATE TABLE IF NOT EXISTS run (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID";

    private readonly string _folder;
    private readonly Database _database;
    private readonly Lock _gate = new();

    /// <summary>Opens the books, or begins them.</summary>
    public Books(string folder)
    {
        _folder = folder;
        foreach (var service in ShopService.All)
        {
            using var book = new Database(FileOf(service));
            book.Execute(ServiceLedger.Schema);
            book.Execute(service.Schema);
        }

        _database = new Database(Path.Combine(folder, "run.db"));
        _database.Execute(Schema);
        foreach (var service in ShopService.All)
        {
            _database.Execute($"ATTACH DATABASE $1 AS {service.Book}", FileOf(service));
        }

        Run = Keep("run", Guid.NewGuid().ToString("N")[..8]);
    }

    /// <summary>Names the run in the ids of its orders, so that those of two runs are never taken for copies of each other.</summary>
    public string Run { get; }

    public string FileOf(ShopService service) => Path.Combine(_folder, $"{service.Book}.db");

    /// <summary>Remembers a setting of the run; whoever says it first decides it for all.</summary>
    /// <returns>What is remembered.</returns>
    public string Keep(string name, string value)
    {
        lock (_gate)
        {
            _database.Execute("INSERT OR IGNORE INTO run (name, value) VALUES ($1, $2)", name, value);
            return _database.Single("SELECT value FROM run WHERE name = $1", row => row.GetString(0), name)!;
        }
    }

    /// <summary>Why these books cannot be continued with these options, or <see langword="null"/>.</summary>
    public string? Contradict(Options options)
    {
        if (options.Name is { } name && Keep("name", name) is var kept && kept != name)
        {
            return $"The books are of a run whose names begin with {kept}. Leave out --name, or use another ledger.";
        }

        // What is placed is the order service's to know; the others take what comes.
        var plan = options.Places ? new Plan(options).ToString() : null;
        return plan is not null && Keep("plan", plan) is var known && known != plan
            ? $"The books are of a run with other options: {known}. Use the same, or another ledger."
            : null;
    }

    /// <summary>A service has its queues and rules, and listens.</summary>
    public void Announce(ShopService service) => Keep($"{service.Name} listens", "yes");

    /// <summary>The services that have never listened, besides the one that places orders.</summary>
    public IReadOnlyList<Service> Absent()
    {
        lock (_gate)
        {
            var present = _database.Query("SELECT name FROM run WHERE name LIKE '% listens'", row => row.GetString(0));
            return [.. ShopService.All.Select(service => service.Name).Where(name => name != Service.Order && !present.Contains($"{name} listens"))];
        }
    }

    /// <summary>What a service has done, and last how many copies it has recognised.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> FiguresOf(ShopService service)
    {
        lock (_gate)
        {
            return _database.Query(
                string.Create(CultureInfo.InvariantCulture, $"{service.Figures} UNION ALL SELECT 'copies', COALESCE(SUM(value), 0) FROM {service.Book}.counters WHERE name = '{ServiceLedger.Copies}'"),
                row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)));
        }
    }

    /// <summary>How far the run is.</summary>
    public Progress ReadProgress()
    {
        lock (_gate)
        {
            return Progress.Read(_database);
        }
    }

    /// <summary>Holds the books against each other.</summary>
    public Reconciliation Reconcile()
    {
        lock (_gate)
        {
            return Reconciliation.Read(_database);
        }
    }

    /// <summary>The traces that were kept, an order each.</summary>
    public IReadOnlyList<Timeline> ReadTimelines()
    {
        lock (_gate)
        {
            return Timeline.Read(_database);
        }
    }

    public void Dispose() => _database.Dispose();
}
