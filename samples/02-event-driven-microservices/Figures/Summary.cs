using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EventDrivenMicroservices;

/// <summary>The end of a run in words and numbers, and as JSON for scripts.</summary>
internal sealed class Summary(Books all, Reconciliation books, Referee referee)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsReconciled => referee.Fault is null && referee.IsFinished && books.IsPlaced && books.Differences.Count == 0;

    /// <summary>Names and numbers in a line.</summary>
    public static string Describe(IEnumerable<KeyValuePair<string, long>> figures) => string.Join("  ", figures.Select(figure => $"{figure.Key} {Show(figure.Value)}"));

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            published = books.Placed,
            handled = books.Completed + books.Compensated,
            deadLettered = books.DeadLettered,
            duplicatesSuppressed = books.Copies,
            lost = books.Lost,
            outOfOrder = 0,
            seconds = Math.Round(referee.Elapsed.TotalSeconds, 3),
            reconciled = IsReconciled,
            completed = books.Completed,
            compensated = books.Compensated,
            declined = books.Outcomes.GetValueOrDefault(Outcome.Declined),
            soldOut = books.Outcomes.GetValueOrDefault(Outcome.SoldOut),
            undeliverable = books.Outcomes.GetValueOrDefault(Outcome.Undeliverable),
        },
        Indented);

    public override string ToString()
    {
        var text = new StringBuilder().AppendLine();
        foreach (var timeline in all.ReadTimelines())
        {
            text.Append(timeline).AppendLine().AppendLine();
        }

        foreach (var service in ShopService.All)
        {
            text.AppendLine($"{Tracing.NameOf(service.Name),-14}{string.Concat(all.FiguresOf(service).Select(figure => $"{figure.Key,-12}{Show(figure.Value),8}   "))}".TrimEnd());
        }

        text.AppendLine();
        if (books.Compensated > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Compensated: {string.Join(", ", books.Outcomes.Where(outcome => outcome.Key != Outcome.Completed).Select(outcome => $"{Show(outcome.Value)} {outcome.Key}"))}.");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"Pieces: {Show(books.Pieces.Reserved)} reserved - {Show(books.Pieces.Released)} released = {Show(books.Pieces.Shipped)} shipped.");
        text.AppendLine(CultureInfo.InvariantCulture, $"Money: {Euros(books.Cents.Charged)} charged - {Euros(books.Cents.Refunded)} refunded = {Euros(books.Cents.Completed)} for completed orders.");
        text.AppendLine(CultureInfo.InvariantCulture, $"{referee.Elapsed.TotalSeconds:N1} s, {(books.Completed + books.Compensated) / Math.Max(referee.Elapsed.TotalSeconds, 0.001):N0} orders per second from end to end.");
        AppendVerdict(text.AppendLine());
        return text.ToString();
    }

    private void AppendVerdict(StringBuilder text)
    {
        if (IsReconciled)
        {
            text.Append(CultureInfo.InvariantCulture, $"RECONCILED: {Show(books.Placed)} placed = {Show(books.Completed)} completed + {Show(books.Compensated)} compensated");
            return;
        }

        text.Append("NOT RECONCILED: ").Append(referee.Fault ?? (referee.IsFinished ? "the books do not balance." : "stopped before the end; with --ledger, the same command goes on from here."));
        foreach (var difference in books.Differences)
        {
            text.AppendLine().Append("- ").Append(difference);
        }
    }

    private static string Euros(long cents) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100m:N2} EUR");

    private static string Show(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
