namespace Messaging.Kit.Load.Work;

/// <summary>Ends a phase in which nothing happens any more, so that every run comes to an end.</summary>
internal static class Patience
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <param name="work">The phase.</param>
    /// <param name="progress">A count that grows as long as something happens.</param>
    /// <param name="longest">How long it may stand still.</param>
    /// <param name="cancellationToken">Ends the phase at once.</param>
    /// <exception cref="TimeoutException">It stood still for too long.</exception>
    public static async Task RunAsync(Func<CancellationToken, Task> work, Func<long> progress, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = work(ending.Token);
        var (seen, still, isOver) = (progress(), TimeSpan.Zero, false);
        while (await Task.WhenAny(running, Task.Delay(Interval, CancellationToken.None)) != running)
        {
            (seen, still) = progress() is var now && now == seen ? (seen, still + Interval) : (now, TimeSpan.Zero);
            if (still >= longest && !isOver)
            {
                isOver = true;
                await ending.CancelAsync();
            }
        }

        try
        {
            await running;
        }
        catch (OperationCanceledException) when (isOver && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing happened for {longest.TotalSeconds:N0} s.");
        }
    }
}
