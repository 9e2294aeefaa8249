namespace Messaging.Kit.Middleware.Redelivery;

/// <summary>How long a message stays away after each failed delivery.</summary>
public readonly record struct BackOff
{
    private readonly TimeSpan _first;
    private readonly TimeSpan _max;
    private readonly double _factor;
    private readonly bool _jitter;

    private BackOff(TimeSpan first, TimeSpan max, double factor, bool jitter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, first);
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        (_first, _max, _factor, _jitter) = (first, max, factor, jitter);
    }

    /// <summary>No wait: the message comes again at once.</summary>
    public static BackOff None { get; } = Constant(TimeSpan.Zero);

    /// <summary>The same wait each time.</summary>
    /// <param name="delay">The wait; not negative.</param>
    /// <returns>The back-off.</returns>
    public static BackOff Constant(TimeSpan delay) => new(delay, delay, 1, jitter: false);

    /// <summary>A wait that grows with each delivery.</summary>
    /// <param name="first">The wait after the first delivery; not negative.</param>
    /// <param name="max">The longest wait; not below <paramref name="first"/>.</param>
    /// <param name="factor">By how much it grows; 1 or more.</param>
    /// <param name="jitter">Whether each wait is chosen at random between half of it and all of it, so that messages that failed together do not come back together.</param>
    /// <returns>The back-off.</returns>
    public static BackOff Exponential(TimeSpan first, TimeSpan max, double factor = 2, bool jitter = true) => new(first, max, factor, jitter);

    /// <summary>The wait after a delivery.</summary>
    /// <param name="deliveryCount">How often the message has been delivered; 1 or more.</param>
    /// <returns>The wait.</returns>
    public TimeSpan DelayAfter(int deliveryCount)
    {
        var delay = Math.Min(_first.Ticks * Math.Pow(_factor, Math.Max(deliveryCount, 1) - 1), _max.Ticks);
        return TimeSpan.FromTicks((long)(_jitter ? delay * (0.5 + (Random.Shared.NextDouble() / 2)) : delay));
    }
}
