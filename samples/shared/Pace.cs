using System.Diagnostics;

namespace Messaging.Kit.Samples;

/// <summary>Holds publishing back to so many messages per second.</summary>
internal sealed class Pace(int? rate)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _count;

    public async Task HoldAsync(int count, CancellationToken cancellationToken)
    {
        _count += count;
        if (rate is { } perSecond && TimeSpan.FromSeconds((double)_count / perSecond) - _clock.Elapsed is { } ahead && ahead > TimeSpan.Zero)
        {
            await Task.Delay(ahead, cancellationToken);
        }
    }
}
