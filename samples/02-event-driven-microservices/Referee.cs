using Messaging.Kit.Consuming;
using Microsoft.Extensions.Hosting;

namespace EventDrivenMicroservices;

/// <summary>Watches the books of all services and ends the run: when every order has come to its end, or when nothing happens any more.</summary>
internal sealed class Referee(Books books, Options options, IEnumerable<IMessageConsumer> consumers, IHostApplicationLifetime lifetime)
    : RunReferee(consumers, options.IdleTimeout, lifetime)
{
    private Progress _progress = books.ReadProgress();

    protected override long Signs => _progress.Signs;

    protected override TimeSpan CopiesWithin => (options.Lease * 2) + TimeSpan.FromSeconds(5);

    protected override Task<bool> IsDoneAsync()
    {
        _progress = books.ReadProgress();
        return Task.FromResult(_progress.MayBeDone && books.Reconcile().Lost == 0);
    }

    protected override string WhatIsMissing() => (books.Absent(), _progress) switch
    {
        ({ Count: > 0 } absent, _) => $"not heard of: {string.Join(", ", absent.Select(Tracing.NameOf))}; started, with the same --ledger?",
        (_, { IsPlaced: false }) => $"of {options.Messages:N0} orders {_progress.Placed:N0} have been placed; does inventory answer, and does the bus take them?",
        (_, { Open: > 0 }) => $"neither completed nor compensated: {_progress.Open:N0} of {_progress.Placed:N0} orders; do all services run?",
        _ => $"not told: {_progress.ToTell - _progress.Told:N0} of {_progress.ToTell:N0} customers and auditors; do all services run?",
    };
}
