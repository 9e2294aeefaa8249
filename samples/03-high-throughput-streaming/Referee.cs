using System.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Hosting;

namespace HighThroughputStreaming;

/// <summary>Watches the ledger and ends the run: when everything has an outcome, or when nothing happens any more.</summary>
internal sealed class Referee(Ledger ledger, Options options, Figures figures, Closing closing, MessageConsumers consumers, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch _clock = new();

    public Progress Progress { get; private set; } = new(false, 0, 0, 0, 0, 0);

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
                var signs = Progress.Accepted + Progress.Handled + Progress.DeadLettered + Progress.Found + figures.Signs;
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
        if (options.Role == Role.Generator || !Progress.MayBeHandled)
        {
            return options.Role == Role.Generator && Progress.IsGenerated;
        }

        await closing.CloseOnceAsync();
        return Progress.MayBeDone && (await ledger.ReconcileAsync()).Topics.Sum(topic => topic.Lost) == 0;
    }

    // Everything has its outcome; what is still in the queues are copies. They are suppressed too, so that nothing is left behind.
    private async Task SettleAsync(CancellationToken stoppingToken)
    {
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < (options.Session * 2) + TimeSpan.FromSeconds(5) && !await AreEmptyAsync(stoppingToken))
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
        var what = (Progress.IsGenerated, Progress.MayBeHandled) switch
        {
            (true, true) => $"{Progress.Expected - Progress.Found:N0} results, anomalies or late readings have not been found",
            (true, false) => $"{Progress.Accepted - Progress.Handled - Progress.DeadLettered:N0} accepted readings have neither been handled nor dead-lettered",
            _ => options.Generates ? "the broker accepts no readings" : "the generator has not said that it is done; is it running, with the same --ledger?",
        };
        var why = consumers.Select(consumer => consumer.LastFailure?.Message).OfType<string>().FirstOrDefault();
        return $"Nothing has happened for {options.IdleTimeout.TotalSeconds:N0} s: {what}.{(why is null ? "" : $" {why}")}";
    }
}
