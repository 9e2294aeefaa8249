using Microsoft.Data.Sqlite;

namespace HighThroughputStreaming;

/// <summary>Opens the ledger, and sees to it that one which exists is continued by the run that began it.</summary>
internal static class Continuation
{
    /// <summary>Opens the ledger.</summary>
    /// <returns>The ledger, or why it cannot be used like this.</returns>
    public static async Task<(Ledger? Ledger, string? Fault)> OpenAsync(Options options)
    {
        Ledger ledger;
        try
        {
            ledger = Ledger.Open(options.Ledger);
        }
        catch (SqliteException exception)
        {
            return (null, $"The ledger {options.Ledger} cannot be opened: {exception.Message}");
        }

        if (await ContradictionAsync(ledger, options) is { } contradiction)
        {
            await ledger.DisposeAsync();
            return (null, contradiction);
        }

        if (options.Transport == Transport.InMemory)
        {
            await ledger.ForgetAcceptedAsync();
        }

        return (ledger, null);
    }

    private static async Task<string?> ContradictionAsync(Ledger ledger, Options options)
    {
        if (options.Name is { } name && await ledger.KeepAsync("name", name) is var kept && kept != name)
        {
            return $"The ledger is of a run whose topics begin with {kept}. Leave out --name, or use another ledger.";
        }

        // Windows that were begun in one size cannot be closed in another.
        var windows = FormattableString.Invariant($"windows of {options.Window.TotalSeconds} s, lateness {options.Lateness.TotalSeconds} s");
        if (options.Aggregates && await ledger.KeepAsync("windows", windows) is var begun && begun != windows)
        {
            return $"The ledger is of a run with {begun}. Use the same, or another ledger.";
        }

        // What is published is the generator's to know; an aggregator takes what comes.
        var plan = new Plan(options).ToString();
        return options.Generates && await ledger.KeepAsync("plan", plan) is var known && known != plan
            ? $"The ledger is of a run with other options: {known}. Use the same, or another ledger."
            : null;
    }
}
