using System.Diagnostics;
using Messaging.Kit.Consuming;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Samples;

/// <summary>Ends a run: when everything has an outcome, or when nothing happens any more.</summary>
/// <param name="consumers">All that consume in this process.</param>
/// <param name="idleTimeout">How long nothing may happen.</param>
/// <param name="lifetime">The host's.</param>
internal abstract class RunReferee(IEnumerable<IMessageConsumer> consumers, TimeSpan idleTimeout, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch _clock = new();

    /// <summary>How long the run took until its last outcome, or takes so far.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Whether what this process has to do of the run has come to its end.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Why the run was given up.</summary>
    public string? Fault { get; private set; }

    /// <summary>Grows with everything that happens.</summary>
    protected abstract long Signs { get; }

    /// <summary>How long copies may take that are still in the queues when everything has its outcome.</summary>
    protected abstract TimeSpan CopiesWithin { get; }

    public void Abandon(string fault)
    {
        Fault ??= fault;
        lifetime.StopApplication();
    }

    /// <summary>Looks whether everything has its outcome.</summary>
    protected abstract Task<bool> IsDoneAsync();

    /// <summary>What has no outcome yet, with the mark at its end.</summary>
    protected abstract string WhatIsMissing();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _clock.Start();
        var (lastSigns, lastChange) = (-1L, TimeSpan.Zero);
        try
        {
            while (!await IsDoneAsync())
            {
                var signs = Signs;
                if (signs != lastSigns)
                {
                    (lastSigns, lastChange) = (signs, Elapsed);
                }
                else if (Elapsed - lastChange > idleTimeout)
                {
                    Abandon($"Nothing has happened for {idleTimeout.TotalSeconds:N0} s: {WhatIsMissing()}{Because()}");
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

    // Everything has its outcome; what is still in the queues are copies. They are suppressed too, so that nothing is left behind.
    private async Task SettleAsync(CancellationToken stoppingToken)
    {
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < CopiesWithin && !await AreEmptyAsync(stoppingToken))
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

    private string Because() => consumers.Select(consumer => consumer.LastFailure?.Message).OfType<string>().FirstOrDefault() is { } why ? $" {why}" : "";
}
