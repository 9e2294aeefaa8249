using System.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Hosting;

namespace MessageQueue;

/// <summary>Watches the ledger and ends the run: when everything has an outcome, or when nothing happens any more.</summary>
internal sealed class Referee(Ledger ledger, Options options, Figures figures, MessageConsumers consumers, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch _clock = new();

    public Progress Progress { get; private set; } = new(false, 0, 0, 0);

    /// <summary>How long the run took until its last outcome, or takes so far.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Whether this half of the run has come to its end.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Why the run was given up.</summary>
    public string? Fault { get; private set; }

    public void Abandon(string fault)
    {
        Fault ??= fault;
        lifetime.StopApplication();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _clock.Start();
        var (lastSigns, lastChange) = (-1L, TimeSpan.Zero);
        try
        {
            while (!await IsDoneAsync())
            {
                var signs = Progress.Accepted + Progress.Handled + Progress.DeadLettered + figures.Signs;
                if (signs != lastSigns)
                {
                    (lastSigns, lastChange) = (signs, Elapsed);
                }
                else if (Elapsed - lastChange > options.IdleTimeout)
                {
                    Abandon(WhatIsMissing());
                    return;
                }

                await Task.Delay(Interval, stoppingToken);
            }

            _clock.Stop();
            IsFinished = true;
            await SettleAsync(stoppingToken);
            lifetime.StopApplication();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _clock.Stop();
        }
    }

    private async Task<bool> IsDoneAsync()
    {
        Progress = await ledger.ReadProgressAsync();
        return options.Role == Role.Publisher
            ? Progress.IsIntakeDone
            : Progress.MayBeDone && (await ledger.ReconcileAsync()).Total.Lost == 0;
    }

    // Everything has its outcome; what is still in the queues are copies. They are suppressed too, so that nothing is left behind.
    private async Task SettleAsync(CancellationToken stoppingToken)
    {
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < (options.Lease * 2) + TimeSpan.FromSeconds(5) && !await AreEmptyAsync(stoppingToken))
        {
            await Task.Delay(Interval, stoppingToken);
        }
    }

    private async Task<bool> AreEmptyAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var consumer in consumers)
            {
                if (consumer.InFlight > 0 || (await consumer.GetBacklogAsync(stoppingToken))?.Total > 0)
                {
                    return false;
                }
            }

            return true;
        }
        catch (TransportException)
        {
            return false;
        }
    }

    private string WhatIsMissing()
    {
        var what = Progress.IsIntakeDone
            ? $"{Progress.Accepted - Progress.Handled - Progress.DeadLettered:N0} accepted messages have neither been handled nor dead-lettered"
            : options.Publishes ? "the broker accepts no messages" : "the publisher has not said that it is done; is it running, with the same --ledger?";
        var why = consumers.Select(consumer => consumer.LastFailure?.Message).OfType<string>().FirstOrDefault();
        return $"Nothing has happened for {options.IdleTimeout.TotalSeconds:N0} s: {what}.{(why is null ? "" : $" {why}")}";
    }
}
