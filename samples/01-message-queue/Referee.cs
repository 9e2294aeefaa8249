using Messaging.Kit.Hosting;
using Microsoft.Extensions.Hosting;

namespace MessageQueue;

/// <summary>Watches the ledger and ends the run: when everything has an outcome, or when nothing happens any more.</summary>
internal sealed class Referee(Ledger ledger, Options options, Figures figures, MessageConsumers consumers, IHostApplicationLifetime lifetime)
    : RunReferee(consumers, options.IdleTimeout, lifetime)
{
    public Progress Progress { get; private set; } = new(false, 0, 0, 0);

    protected override long Signs => Progress.Accepted + Progress.Handled + Progress.DeadLettered + figures.Signs;

    protected override TimeSpan CopiesWithin => (options.Lease * 2) + TimeSpan.FromSeconds(5);

    protected override async Task<bool> IsDoneAsync()
    {
        Progress = await ledger.ReadProgressAsync();
        return options.Role == Role.Publisher
            ? Progress.IsIntakeDone
            : Progress.MayBeDone && (await ledger.ReconcileAsync()).Total.Lost == 0;
    }

    protected override string WhatIsMissing() => Progress.IsIntakeDone
        ? $"{Progress.Accepted - Progress.Handled - Progress.DeadLettered:N0} accepted messages have neither been handled nor dead-lettered."
        : options.Publishes ? "the broker accepts no messages." : "the publisher has not said that it is done; is it running, with the same --ledger?";
}
