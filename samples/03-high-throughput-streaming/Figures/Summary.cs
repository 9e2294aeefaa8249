using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HighThroughputStreaming;

/// <summary>The end of a run in words and numbers, and as JSON for scripts.</summary>
internal sealed class Summary(Reconciliation books, Options options, Referee referee, Figures figures, IReadOnlyList<PartitionCounts> partitions, long rebalances)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly TopicCounts _readings = books.Readings;
    private readonly long[] _latency = figures.Latency.Take();

    /// <summary>
    /// Whether the books balance. A generator answers for its half: all that was to be published has been accepted.
    /// </summary>
    public bool IsReconciled => referee.Fault is null && referee.IsFinished && books.IsGenerated
        && (options.Role == Role.Generator ? _readings.Published == books.Intended : books.Differences.Count == 0);

    public Partitioning Partitioning => options.Partitioning;

    public double Rate => (_readings.Handled + _readings.DeadLettered) / Math.Max(referee.Elapsed.TotalSeconds, 0.001);

    /// <summary>How much more the fullest partition holds than it would if all held the same; unknown where there are none.</summary>
    public double? Imbalance => partitions.Sum(partition => partition.Messages) is > 0 and var all ? (double)partitions.Max(partition => partition.Messages) * partitions.Count / all : null;

    public IReadOnlyList<PartitionCounts> Partitions => partitions;

    public long Late => books.Late;

    /// <summary>Readings that were handled after a later one of the same device, whatever their keys.</summary>
    public long Overtaken => Counter(Figures.Overtaken);

    public TimeSpan Median => Latency.Quantile(0.5, _latency);

    public TimeSpan Slowest => Latency.Quantile(0.99, _latency);

    /// <summary>For a generator, readings without an outcome are not lost; they wait.</summary>
    private long Lost => options.Role == Role.Generator ? 0 : books.Topics.Sum(topic => topic.Lost);

    public object ToRecord() => new
    {
        published = _readings.Published,
        handled = _readings.Handled,
        deadLettered = _readings.DeadLettered,
        duplicatesSuppressed = books.Topics.Sum(topic => topic.Suppressed),
        lost = Lost,
        outOfOrder = _readings.OutOfOrder,
        seconds = Math.Round(referee.Elapsed.TotalSeconds, 3),
        reconciled = IsReconciled,
        waiting = _readings.Published - _readings.Handled - _readings.DeadLettered,
        retried = Counter(Figures.Retried),
        returned = Counter(Figures.Returned),
        windows = books.Topics[1].Handled,
        counted = books.Counted,
        late = Late,
        anomalies = books.Topics[2].Handled,
        partitioning = options.Partitioning.ToString().ToLowerInvariant(),
        partitions = partitions.Select(partition => partition.Messages),
        overtaken = Overtaken,
        rebalances,
        p50Milliseconds = Math.Round(Median.TotalMilliseconds, 1),
        p99Milliseconds = Math.Round(Slowest.TotalMilliseconds, 1),
    };

    public string ToJson() => JsonSerializer.Serialize(ToRecord(), Indented);

    public override string ToString()
    {
        var text = new StringBuilder().AppendLine();
        Line("", topic => topic.Topic);
        Line("published", topic => Show(topic.Published));
        Line("handled once", topic => Show(topic.Handled));
        Line("dead-lettered", topic => topic == _readings ? Show(topic.DeadLettered) : "-");
        Line("duplicates suppressed", topic => Show(topic.Suppressed));
        Line(options.Role == Role.Generator ? "waiting for a worker" : "lost", topic => Show(topic.Lost));
        Line("out of order", topic => topic == _readings && options.Partitioning != Partitioning.None ? Show(topic.OutOfOrder) : "-");
        text.AppendLine();
        if (books.Reasons.Count > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Dead letters: {string.Join(", ", books.Reasons.Select(reason => $"{Show(reason.Value)} {reason.Key}"))}.");
        }

        if (partitions.Count > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Partitions: {string.Join(", ", partitions.Select(partition => Show(partition.Messages)))}; the fullest holds {Imbalance:N1} times its share.");
        }

        if (options.Aggregates)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"From publish to window: p50 {Milliseconds(Median)}, p99 {Milliseconds(Slowest)}. Rebalances: {Show(rebalances)}.");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"{referee.Elapsed.TotalSeconds:N1} s, {Rate:N0} messages per second from end to end.");
        AppendVerdict(text.AppendLine());
        return text.ToString();

        void Line(string name, Func<TopicCounts, string> value) =>
            text.AppendLine($"{name,-24}{string.Concat(books.Topics.Select(topic => $"{value(topic),14}"))}".TrimEnd());
    }

    public static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms");

    private void AppendVerdict(StringBuilder text)
    {
        if (IsReconciled)
        {
            text.Append(options.Role == Role.Generator
                ? $"PUBLISHED: all {Show(_readings.Published)} readings have been accepted; reconciling is the aggregator's."
                : $"RECONCILED: {Show(_readings.Published)} published = {Show(_readings.Handled)} handled once + {Show(_readings.DeadLettered)} dead-lettered; "
                    + $"{Show(_readings.Handled)} handled = {Show(books.Counted)} in windows + {Show(Late)} late");
            return;
        }

        text.Append("NOT RECONCILED: ").Append(referee.Fault ?? (referee.IsFinished ? "the books do not balance." : "stopped before the end; with --ledger, the same command goes on from here."));
        foreach (var difference in books.Differences)
        {
            text.AppendLine().Append("- ").Append(difference);
        }
    }

    private long Counter(string what) => books.Topics.Sum(topic => books.Counters.GetValueOrDefault($"{topic.Topic}: {what}"));

    private static string Show(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
