using Messaging.Kit.Hosting;
using Microsoft.Extensions.Hosting;

namespace HighThroughputStreaming;

/// <summary>Watches the ledger and ends the run: when everything has an outcome, or when nothing happens any more.</summary>
internal sealed class Referee(Ledger ledger, Options options, Figures figures, Closing closing, MessageConsumers consumers, IHostApplicationLifetime lifetime)
    : RunReferee(consumers, options.IdleTimeout, lifetime)
{
    public Progress Progress { get; private set; } = new(false, 0, 0, 0, 0, 0);

    protected override long Signs => Progress.Accepted + Progress.Handled + Progress.DeadLettered + Progress.Found + figures.Signs;

    protected override TimeSpan CopiesWithin => (options.Session * 2) + TimeSpan.FromSeconds(5);

    protected override async Task<bool> IsDoneAsync()
    {
        Progress = await ledger.ReadProgressAsync();
        if (options.Role == Role.Generator || !Progress.MayBeHandled)
        {
            return options.Role == Role.Generator && Progress.IsGenerated;
        }

        await closing.CloseOnceAsync();
        return Progress.MayBeDone && (await ledger.ReconcileAsync()).Topics.Sum(topic => topic.Lost) == 0;
    }

    protected override string WhatIsMissing() => (Progress.IsGenerated, Progress.MayBeHandled) switch
    {
        (true, true) => $"{Progress.Expected - Progress.Found:N0} results, anomalies or late readings have not been found.",
        (true, false) => $"{Progress.Accepted - Progress.Handled - Progress.DeadLettered:N0} accepted readings have neither been handled nor dead-lettered.",
        _ => options.Generates ? "the broker accepts no readings." : "the generator has not said that it is done; is it running, with the same --ledger?",
    };
}
