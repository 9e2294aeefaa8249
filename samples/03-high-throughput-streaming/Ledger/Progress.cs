namespace HighThroughputStreaming;

/// <summary>How far a run is.</summary>
/// <param name="IsGenerated">Whether all readings of the plan have been accepted.</param>
/// <param name="Accepted">Readings that the broker has accepted.</param>
/// <param name="Handled">Readings that are in a window, or late.</param>
/// <param name="DeadLettered">Readings that were found in the dead-letter topic.</param>
/// <param name="Expected">Results, anomalies and late readings that there must be in the topics behind, as far as is known.</param>
/// <param name="Found">Those that were found there.</param>
internal sealed record Progress(bool IsGenerated, long Accepted, long Handled, long DeadLettered, long Expected, long Found)
{
    /// <summary>Whether every reading may have its outcome, so that the windows which are still open can be closed.</summary>
    public bool MayBeHandled => IsGenerated && Handled + DeadLettered >= Accepted;

    /// <summary>Whether all that came of the readings may have been found as well.</summary>
    public bool MayBeDone => MayBeHandled && Found >= Expected;

    public static Progress Read(Database database)
    {
        var (handled, late, anomalies) = database.Single(
            "SELECT COUNT(*), COALESCE(SUM(late), 0), COALESCE(SUM(anomaly), 0) FROM handled", row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        return new(
            database.Single("SELECT 1 FROM run WHERE name = 'generator'", row => row.GetInt32(0)) == 1,
            Number("SELECT COALESCE(SUM(count), 0) FROM portions WHERE accepted = 1"),
            handled,
            Number("SELECT COUNT(*) FROM dead_letters"),
            late + anomalies + Number("SELECT COUNT(*) FROM windows"),
            Number("SELECT (SELECT COUNT(*) FROM results) + (SELECT COUNT(*) FROM anomalies) + (SELECT COUNT(*) FROM late)"));

        long Number(string sql) => database.Single(sql, row => row.GetInt64(0));
    }
}
