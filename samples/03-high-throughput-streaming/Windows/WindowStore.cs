using Microsoft.Data.Sqlite;

namespace HighThroughputStreaming;

/// <summary>
/// The windows, in the ledger. A reading, its place in a window and the windows that it closes are one transaction, whose unique key is
/// the reading's number: it happens once, or not at all, whatever is killed and whoever comes after. Nothing is kept in memory, so
/// nothing has to be brought back when a worker starts, and nothing is stale when partitions move.
/// </summary>
internal sealed class WindowStore(Ledger ledger, Windowing windowing)
{
    // What ends with the stream and not by a reading.
    private const int EndOfStream = -1;

    private const string Columns = "lane, device, start, count, sum, min, max";

    /// <summary>Puts a reading into its window.</summary>
    /// <param name="number">The reading's number.</param>
    /// <param name="key">The key under which it has travelled, if it had one.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="isAnomaly">Whether somebody is told about it.</param>
    /// <returns>What it has brought about. For one that comes again it is the same as the first time.</returns>
    public Task<Effect> AddAsync(int number, string? key, Reading reading, bool isAnomaly) =>
        ledger.Transactions.RunAsync(database => Add(database, number, key, reading, isAnomaly));

    /// <summary>The stream has ended: closes what no reading will close any more. A stream without an end does the same for devices that are silent for long.</summary>
    /// <returns>The windows whose results have not been found yet.</returns>
    public Task<List<Window>> CloseAllAsync() => ledger.Transactions.RunAsync(database =>
    {
        database.Execute("UPDATE windows SET closed_by = $1 WHERE closed_by IS NULL", EndOfStream);
        return database.Query($"SELECT {Columns} FROM windows w WHERE closed_by = $1 AND NOT EXISTS (SELECT 1 FROM results r WHERE (r.lane, r.device, r.start) = (w.lane, w.device, w.start))", Read, EndOfStream);
    });

    private Effect Add(Database database, int number, string? key, Reading reading, bool isAnomaly)
    {
        var (lane, time) = (key ?? "", reading.Time.ToUnixTimeMilliseconds());
        var before = database.Single("SELECT last, newest FROM lanes WHERE lane = $1 AND device = $2", row => new Lane(row.GetInt32(0), row.GetInt64(1)), lane, reading.Device)
            ?? new Lane(-1, Windowing.Nothing);
        var watermark = windowing.WatermarkOf(before.Newest);
        var isLate = windowing.IsLate(time, watermark);

        // Without a key there is no order that could be broken.
        const string Note = """
            INSERT INTO handled (number, late, anomaly, disordered, watermark) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (number) DO UPDATE SET times = times + 1
            RETURNING times, late, watermark
            """;
        var (times, wasLate, knownWatermark) = database.Single(
            Note, row => (row.GetInt32(0), row.GetBoolean(1), row.GetInt64(2)), number, isLate, isAnomaly, key is not null && reading.Sequence < before.Last, watermark);
        if (times > 1)
        {
            return new Effect(true, wasLate, knownWatermark, database.Query($"SELECT {Columns} FROM windows WHERE closed_by = $1", Read, number));
        }

        var newest = Math.Max(before.Newest, time);
        database.Execute(
            "INSERT INTO lanes (lane, device, last, newest) VALUES ($1, $2, $3, $4) ON CONFLICT DO UPDATE SET last = excluded.last, newest = excluded.newest",
            lane, reading.Device, Math.Max(before.Last, reading.Sequence), newest);
        if (!isLate)
        {
            const string Count = $"""
                INSERT INTO windows ({Columns}) VALUES ($1, $2, $3, 1, $4, $4, $4)
                ON CONFLICT DO UPDATE SET count = count + 1, sum = sum + excluded.sum, min = MIN(min, excluded.min), max = MAX(max, excluded.max)
                """;
            database.Execute(Count, lane, reading.Device, windowing.StartOf(time), reading.Celsius);
        }

        var closedBefore = windowing.ClosedBefore(windowing.WatermarkOf(newest));
        return closedBefore == windowing.ClosedBefore(watermark)
            ? new Effect(false, isLate, watermark, [])
            : new Effect(false, isLate, watermark, Close(database, number, lane, reading.Device, closedBefore));
    }

    private static List<Window> Close(Database database, int number, string lane, string device, long before) => database.Query(
        $"UPDATE windows SET closed_by = $1 WHERE lane = $2 AND device = $3 AND start < $4 AND closed_by IS NULL RETURNING {Columns}", Read, number, lane, device, before);

    private static Window Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetDouble(4), row.GetDouble(5), row.GetDouble(6));

    /// <param name="Last">The highest sequence that has come.</param>
    /// <param name="Newest">The newest time that has come.</param>
    private sealed record Lane(int Last, long Newest);
}
