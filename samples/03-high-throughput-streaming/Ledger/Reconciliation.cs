namespace HighThroughputStreaming;

/// <summary>The books, closed: what every topic has seen, and what does not add up.</summary>
internal sealed class Reconciliation
{
    private const int MaxExamples = 10;

    // The numbers of all readings that were to be published, and whether they were accepted.
    private const string Sent = """
        WITH RECURSIVE sent(number, rest, accepted) AS (
            SELECT first, count - 1, accepted FROM portions
            UNION ALL SELECT number + 1, rest - 1, accepted FROM sent WHERE rest > 0)
        """;

    private const string NoOutcome = "number NOT IN (SELECT number FROM handled) AND number NOT IN (SELECT number FROM dead_letters)";

    private Reconciliation(List<TopicCounts> topics, List<string> differences) => (Topics, Differences) = (topics, differences);

    public IReadOnlyList<TopicCounts> Topics { get; }

    public TopicCounts Readings => Topics[0];

    /// <summary>How many readings were to be published.</summary>
    public required long Intended { get; init; }

    /// <summary>The sum of all windows, as found in the topic of results.</summary>
    public required long Counted { get; init; }

    /// <summary>Readings whose window had been closed, as found in the topic of late readings.</summary>
    public long Late => Topics[3].Handled;

    /// <summary>Dead letters by the reason that the kit gave.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Reasons { get; init; }

    /// <summary>What was only counted: retries and returns.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    public required bool IsGenerated { get; init; }

    /// <summary>What keeps the run from reconciling, with examples; empty when every reading is accounted for.</summary>
    public IReadOnlyList<string> Differences { get; }

    public static Reconciliation Read(Database database)
    {
        var published = Number("SELECT COALESCE(SUM(count), 0) FROM portions WHERE accepted = 1");
        List<TopicCounts> topics =
        [
            new(
                Streams.Readings,
                published,
                Number("SELECT COUNT(*) FROM handled"),
                Number("SELECT COUNT(*) FROM dead_letters"),
                Number("SELECT COALESCE(SUM(times - 1), 0) FROM handled"),
                Number($"{Sent} SELECT COUNT(*) FROM sent WHERE accepted = 1 AND {NoOutcome}"),
                Number("SELECT COALESCE(SUM(disordered), 0) FROM handled")),
            Behind(Streams.Results, "SELECT COUNT(*) FROM windows"),
            Behind(Streams.Anomalies, "SELECT COUNT(*) FROM handled WHERE anomaly = 1"),
            Behind(Streams.Late, "SELECT COUNT(*) FROM handled WHERE late = 1"),
        ];
        var counted = Number("SELECT COALESCE(SUM(count), 0) FROM results");
        var differences = new List<string>();
        Add("not accepted by the broker", $"{Sent} SELECT number FROM sent WHERE accepted = 0 AND {NoOutcome}");
        Add("accepted, but neither handled nor dead-lettered", $"{Sent} SELECT number FROM sent WHERE accepted = 1 AND {NoOutcome}");
        Add("both handled and dead-lettered", "SELECT number FROM handled JOIN dead_letters USING (number)");
        Add("handled or dead-lettered, but never published by this run", $"{Sent} SELECT id FROM strangers UNION SELECT number FROM (SELECT number FROM handled UNION SELECT number FROM dead_letters) WHERE number NOT IN (SELECT number FROM sent)");
        Add("handled after a later reading of the same key", "SELECT number FROM handled WHERE disordered = 1");
        Add("windows without a result, or with another one", "SELECT device || ' ' || start FROM windows w WHERE NOT EXISTS (SELECT 1 FROM results r WHERE (r.lane, r.device, r.start, r.count) = (w.lane, w.device, w.start, w.count))");
        Add("anomalies that were not told", "SELECT number FROM handled WHERE anomaly = 1 AND number NOT IN (SELECT number FROM anomalies)");
        Add("late readings that were not passed on", "SELECT number FROM handled WHERE late = 1 AND number NOT IN (SELECT number FROM late)");
        if (counted + topics[3].Handled is var sum && sum != topics[0].Handled)
        {
            differences.Add(FormattableString.Invariant($"{counted:N0} in windows and {topics[3].Handled:N0} late come to {sum:N0}, and {topics[0].Handled:N0} have been handled"));
        }

        return new Reconciliation(topics, differences)
        {
            Intended = Number("SELECT COALESCE(SUM(count), 0) FROM portions"),
            Counted = counted,
            Reasons = database.Query("SELECT reason, COUNT(*) FROM dead_letters GROUP BY reason ORDER BY reason", row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))),
            Counters = database.Query("SELECT name, value FROM counters", row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))).ToDictionary(),
            IsGenerated = Number("SELECT COUNT(*) FROM run WHERE name = 'generator'") == 1,
        };

        long Number(string sql) => database.Single(sql, row => row.GetInt64(0));

        TopicCounts Behind(string topic, string expected)
        {
            var (wanted, found) = (Number(expected), Number($"SELECT COUNT(*) FROM {topic}"));
            return new(topic, wanted, found, 0, Number($"SELECT COALESCE(SUM(times - 1), 0) FROM {topic}"), Math.Max(0, wanted - found), 0);
        }

        void Add(string what, string sql)
        {
            var examples = database.Query(sql, row => row.GetString(0));
            if (examples.Count > 0)
            {
                differences.Add(FormattableString.Invariant($"{examples.Count:N0} {what}: {string.Join(", ", examples.Order(StringComparer.Ordinal).Take(MaxExamples))}{(examples.Count > MaxExamples ? ", ..." : "")}"));
            }
        }
    }
}
