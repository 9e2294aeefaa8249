namespace MessageQueue;

/// <summary>The books, closed: what every queue has seen, and what does not add up.</summary>
internal sealed class Reconciliation
{
    private const int MaxExamples = 10;

    private Reconciliation(List<QueueCounts> queues, List<string> differences) => (Queues, Differences) = (queues, differences);

    public IReadOnlyList<QueueCounts> Queues { get; }

    public QueueCounts Total => Queues.Aggregate(new QueueCounts("total", 0, 0, 0, 0, 0, 0, 0), (sum, queue) => sum + queue);

    /// <summary>Dead letters by the reason that the kit gave.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Reasons { get; init; }

    /// <summary>What was only counted: retries, returns, suppressed duplicates, calls.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    public required bool IsIntakeDone { get; init; }

    /// <summary>What keeps the run from reconciling, with examples; empty when published = handled once + dead-lettered, message by message.</summary>
    public IReadOnlyList<string> Differences { get; }

    public static Reconciliation Read(Database database)
    {
        const string Counts = """
            SELECT queue, COUNT(*), SUM(accepted), COUNT(h.id), COALESCE(SUM(h.times - 1), 0), COUNT(d.id),
                SUM(accepted = 1 AND h.id IS NULL AND d.id IS NULL), COALESCE(SUM(h.late), 0)
            FROM sent LEFT JOIN handled h USING (id) LEFT JOIN dead_letters d USING (id)
            GROUP BY queue ORDER BY queue
            """;
        var queues = database.Query(Counts, row => new QueueCounts(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)));
        var differences = new List<string>();
        Add("not accepted by the broker", "SELECT id FROM sent WHERE accepted = 0 AND id NOT IN (SELECT id FROM handled) AND id NOT IN (SELECT id FROM dead_letters)");
        Add("handled or dead-lettered, but never reported as accepted", "SELECT id FROM sent WHERE accepted = 0 AND (id IN (SELECT id FROM handled) OR id IN (SELECT id FROM dead_letters))");
        Add("accepted, but neither handled nor dead-lettered", "SELECT id FROM sent WHERE accepted = 1 AND id NOT IN (SELECT id FROM handled) AND id NOT IN (SELECT id FROM dead_letters)");
        Add("both handled and dead-lettered", "SELECT id FROM handled JOIN dead_letters USING (id)");
        Add("handled or dead-lettered, but never published by this run", "SELECT id FROM (SELECT id FROM handled UNION SELECT id FROM dead_letters) WHERE id NOT IN (SELECT id FROM sent)");
        Add("handled after a later message of the same key", "SELECT id FROM handled WHERE late = 1");
        return new Reconciliation(queues, differences)
        {
            Reasons = database.Query("SELECT reason, COUNT(*) FROM dead_letters GROUP BY reason ORDER BY reason", row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))),
            Counters = database.Query("SELECT name, value FROM counters", row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))).ToDictionary(),
            IsIntakeDone = database.Single("SELECT 1 FROM run WHERE name = 'intake'", row => row.GetInt32(0)) == 1,
        };

        void Add(string what, string sql)
        {
            var count = database.Single($"SELECT COUNT(*) FROM ({sql})", row => row.GetInt64(0));
            if (count > 0)
            {
                var examples = database.Query($"{sql} ORDER BY 1 LIMIT {MaxExamples}", row => row.GetString(0));
                differences.Add($"{count:N0} {what}: {string.Join(", ", examples)}{(count > MaxExamples ? ", ..." : "")}");
            }
        }
    }
}
