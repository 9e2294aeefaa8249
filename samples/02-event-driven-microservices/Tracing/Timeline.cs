using System.Globalization;
using System.Text;

namespace EventDrivenMicroservices;

/// <summary>The trace of one order, through all services and processes, as it went in time.</summary>
internal sealed record Timeline(string Order, string? Outcome, string Trace, IReadOnlyList<Span> Spans)
{
    private const int Width = 32;

    public static IReadOnlyList<Timeline> Read(Database database)
    {
        var spans = string.Join(" UNION ALL ", ShopService.All.Select(service => $"SELECT at, took, service, what FROM {service.Book}.spans WHERE trace = $1"));
        return [.. database
            .Query(
                "SELECT id, outcome, substr(context, 4, 32) FROM orders.orders WHERE context LIKE '%-01' ORDER BY outcome <> 'completed', number",
                row => (Id: row.GetString(0), Outcome: row.IsDBNull(1) ? null : row.GetString(1), Trace: row.GetString(2)))
            .Select(order => new Timeline(order.Id, order.Outcome, order.Trace, Since(database.Query($"{spans} ORDER BY at", ReadSpan, order.Trace))))];

        static Span ReadSpan(Microsoft.Data.Sqlite.SqliteDataReader row) =>
            new(TimeSpan.FromMicroseconds(row.GetInt64(0)), TimeSpan.FromMicroseconds(row.GetInt64(1)), row.GetString(2), row.GetString(3));
    }

    public override string ToString()
    {
        var whole = Spans.Count == 0 ? TimeSpan.Zero : Spans.Max(span => span.At + span.Took);
        var ending = Outcome switch { null => "open", EventDrivenMicroservices.Outcome.Completed => "completed", var reason => $"compensated, {reason}" };
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Order {Order}: {ending}, in {whole.TotalMilliseconds:N1} ms. Trace {Trace}");
        text.AppendLine().Append("    at ms   took ms  service");
        foreach (var span in Spans)
        {
            text.AppendLine().Append(
                CultureInfo.InvariantCulture,
                $"{span.At.TotalMilliseconds,9:N1}{span.Took.TotalMilliseconds,10:N1}  {span.Service,-14}{span.What,-28}|{BarOf(span, whole)}|");
        }

        return text.ToString();
    }

    private static List<Span> Since(List<Span> spans) => [.. spans.Select(span => span with { At = span.At - spans[0].At })];

    private static string BarOf(Span span, TimeSpan whole)
    {
        var from = Math.Min(Width - 1, (int)(span.At / whole * Width));
        var length = Math.Clamp((int)Math.Round(span.Took / whole * Width), 1, Width - from);
        return $"{new string(' ', from)}{new string('=', length)}".PadRight(Width);
    }
}
