using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MessageQueue;

/// <summary>The end of a run in words and numbers, and as JSON for scripts.</summary>
internal sealed class Summary(Reconciliation books, Options options, Referee referee)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly QueueCounts _total = books.Total;

    /// <summary>
    /// Whether the books balance. A publisher answers for its half: all that was to be published has been accepted.
    /// </summary>
    public bool IsReconciled => referee.Fault is null && referee.IsFinished && books.IsIntakeDone
        && (options.Role == Role.Publisher ? _total.Published == _total.Intended : books.Differences.Count == 0);

    private long Suppressed => Counter(Figures.Suppressed) + _total.HandledAgain;

    /// <summary>For a publisher, messages without an outcome are not lost; they wait.</summary>
    private long Lost => options.Role == Role.Publisher ? 0 : _total.Lost;

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            published = _total.Published,
            handled = _total.Handled,
            deadLettered = _total.DeadLettered,
            duplicatesSuppressed = Suppressed,
            lost = Lost,
            outOfOrder = _total.OutOfOrder,
            seconds = Math.Round(referee.Elapsed.TotalSeconds, 3),
            reconciled = IsReconciled,
            waiting = _total.Published - _total.Handled - _total.DeadLettered,
            retried = Counter(Figures.Retried),
            returned = Counter(Figures.Returned),
            calls = Calls(Figures.StandardCalls).Concat(Calls(Figures.FifoCalls)).Where(call => IsAction(call.Key)).Sum(call => call.Value),
        },
        Indented);

    public override string ToString()
    {
        var text = new StringBuilder().AppendLine();
        List<QueueCounts> columns = [.. books.Queues, .. books.Queues.Count > 1 ? [_total] : (QueueCounts[])[]];
        Line("", column => column.Queue);
        Line("published", column => Show(column.Published));
        Line("handled once", column => Show(column.Handled));
        Line("dead-lettered", column => Show(column.DeadLettered));
        Line("duplicates suppressed", column => Show(Counter(Figures.Suppressed, column.Queue) + column.HandledAgain));
        Line("handler ran again", column => Show(column.HandledAgain));
        Line("retried on the spot", column => Show(Counter(Figures.Retried, column.Queue)));
        Line("returned to the queue", column => Show(Counter(Figures.Returned, column.Queue)));
        Line(options.Role == Role.Publisher ? "waiting for a worker" : "lost", column => Show(column.Lost));
        Line("out of order", column => column.Queue == Queues.Orders ? "-" : Show(column.OutOfOrder));
        text.AppendLine();
        if (books.Reasons.Count > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Dead letters: {string.Join(", ", books.Reasons.Select(reason => $"{Show(reason.Value)} {reason.Key}"))}.");
        }

        if (Counter(Figures.BytesBefore) is > 0 and var before)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Bodies: {before / 1e6:N1} MB, compressed to {Counter(Figures.BytesAfter) / 1e6:N1} MB.");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"{referee.Elapsed.TotalSeconds:N1} s, {(_total.Handled + _total.DeadLettered) / Math.Max(referee.Elapsed.TotalSeconds, 0.001):N0} messages per second from end to end.");
        AppendCosts(text);
        AppendVerdict(text.AppendLine());
        return text.ToString();

        void Line(string name, Func<QueueCounts, string> value) =>
            text.AppendLine($"{name,-24}{string.Concat(columns.Select(column => $"{value(column),14}"))}".TrimEnd());
    }

    private void AppendVerdict(StringBuilder text)
    {
        if (IsReconciled)
        {
            text.Append(options.Role == Role.Publisher
                ? $"PUBLISHED: all {Show(_total.Published)} messages have been accepted; reconciling is the worker's."
                : $"RECONCILED: {Show(_total.Published)} published = {Show(_total.Handled)} handled once + {Show(_total.DeadLettered)} dead-lettered");
            return;
        }

        text.Append("NOT RECONCILED: ").Append(referee.Fault ?? (referee.IsFinished ? "the books do not balance." : "stopped before the end; with --ledger, the same command goes on from here."));
        foreach (var difference in books.Differences)
        {
            text.AppendLine().Append("- ").Append(difference);
        }
    }

    private void AppendCosts(StringBuilder text)
    {
        AppendCosts(text, Figures.StandardCalls, Queues.Orders, Prices.Standard);
        AppendCosts(text, Figures.FifoCalls, Queues.Stock, Prices.Fifo);
    }

    private void AppendCosts(StringBuilder text, string scope, string queue, decimal pricePerMillion)
    {
        var calls = Calls(scope);
        var messages = books.Queues.FirstOrDefault(counts => counts.Queue == queue)?.Published ?? 0;
        if (messages == 0 || !calls.TryGetValue(Figures.Billed, out var billed))
        {
            return;
        }

        var actions = calls.Where(call => IsAction(call.Key)).OrderByDescending(call => call.Value).ToList();
        text.AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(scope[0])}{scope[1..]}: {Show(actions.Sum(action => action.Value))}, {1000.0 * billed / messages:N0} billed requests for 1,000 messages")
            .AppendLine($"  {string.Join(", ", actions.Select(action => $"{action.Key} {Show(action.Value)}{(action.Key == "ReceiveMessage" ? $" ({Show(calls.GetValueOrDefault(Figures.EmptyReceives))} empty)" : "")}"))}")
            .AppendLine(CultureInfo.InvariantCulture, $"  a million messages at this rate: ${(decimal)billed / messages * pricePerMillion:N2} ({Prices.Source})");
    }

    private static bool IsAction(string name) => name is not (Figures.Billed or Figures.EmptyReceives);

    private Dictionary<string, long> Calls(string scope) =>
        books.Counters.Where(pair => pair.Key.StartsWith($"{scope}: ", StringComparison.Ordinal)).ToDictionary(pair => pair.Key[(scope.Length + 2)..], pair => pair.Value);

    private long Counter(string what, string? queue = null) =>
        books.Queues.Where(counts => queue is null or "total" || counts.Queue == queue).Sum(counts => books.Counters.GetValueOrDefault($"{counts.Queue}: {what}"));

    private static string Show(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
