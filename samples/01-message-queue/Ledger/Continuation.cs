using Microsoft.Data.Sqlite;

namespace MessageQueue;

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
        if (options.QueuePrefix is { } prefix && await ledger.KeepAsync("prefix", prefix) is var kept && kept != prefix)
        {
            return $"The ledger is of a run whose queues begin with {kept}. Leave out --queue-prefix, or use another ledger.";
        }

        // What is published is the publisher's to know; a worker takes what comes.
        var plan = new Plan(options).ToString();
        return options.Publishes && await ledger.KeepAsync("plan", plan) is var known && known != plan
            ? $"The ledger is of a run with other options: {known}. Use the same, or another ledger."
            : null;
    }
}
