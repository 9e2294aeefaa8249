namespace Messaging.Kit.Transports;

/// <summary>How a <see cref="TransportBatcher{T}"/> behaves.</summary>
/// <param name="MaxCalls">Most calls under way at once.</param>
/// <param name="MaxAttempts">Most attempts for an entry, the first included.</param>
/// <param name="RetryDelay">The wait before the second attempt; it doubles from there, with jitter.</param>
/// <param name="MaxRetryDelay">The longest wait between two attempts.</param>
internal sealed record BatcherOptions(int MaxCalls, int MaxAttempts, TimeSpan RetryDelay, TimeSpan MaxRetryDelay)
{
    /// <summary>So many calls leave with whatever waits; further ones only when they are full. All of them unless set.</summary>
    public int EagerCalls { get; init; } = MaxCalls;

    /// <summary>How long an entry that may wait for company does so while no call gets full; it leaves before twice that. None does when zero.</summary>
    public TimeSpan Linger { get; init; }

    /// <summary>The wait after a failed attempt: exponential, between half of it and all of it at random, longer when throttled.</summary>
    public TimeSpan DelayAfter(int attempts, bool throttled)
    {
        var doublings = Math.Min(attempts - 1 + (throttled ? 1 : 0), 30);
        var full = Math.Min(RetryDelay.Ticks * Math.Pow(2, doublings), MaxRetryDelay.Ticks);
        return TimeSpan.FromTicks((long)(full * (0.5 + (Random.Shared.NextDouble() / 2))));
    }
}
