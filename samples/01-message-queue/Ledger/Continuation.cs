namespace MessageQueue;

/// <summary>Sees to it that a ledger is continued by the run that began it.</summary>
internal static class Continuation
{
    /// <summary>Makes the ledger ready.</summary>
    /// <returns>Why it cannot be continued like this, or <see langword="null"/>.</returns>
    public static async Task<string?> PrepareAsync(Ledger ledger, Options options)
    {
        if (options.QueuePrefix is { } prefix && await ledger.KeepAsync("prefix", prefix) is var kept && kept != prefix)
        {
            return $"The ledger is of a run whose queues begin with {kept}. Leave out --queue-prefix, or use another ledger.";
        }

        if (!options.Publishes)
        {
            return null;
        }

        var plan = new Plan(options).ToString();
        if (await ledger.KeepAsync("plan", plan) is var known && known != plan)
        {
            return $"The ledger is of a run with other options: {known}. Use the same, or another ledger.";
        }

        if (options.Transport == Transport.InMemory)
        {
            await ledger.ForgetAcceptedAsync();
        }

        return null;
    }
}
