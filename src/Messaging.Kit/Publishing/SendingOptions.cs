using Messaging.Kit.Transports;

namespace Messaging.Kit.Publishing;

/// <summary>How messages leave, for each destination. Bound from <c>Messaging:Sending</c>.</summary>
public sealed class SendingOptions
{
    /// <summary>Most calls to a destination under way at once. 1 to 1,024; 8 by default.</summary>
    public int MaxConcurrentCalls { get; set; } = 8;

    /// <summary>Most messages that are encoded and not yet accepted; further publishers wait. 1 or more; 10,000 by default.</summary>
    public int MaxWaiting { get; set; } = 10_000;

    /// <summary>Most bytes of such messages. 1 or more; 64 MiB by default.</summary>
    public long MaxWaitingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Most attempts to send a message while it fails transiently or is throttled, the first included; then the publish throws.
    /// 1 to 100; 8 by default, which lasts about ten seconds.
    /// </summary>
    public int MaxAttempts { get; set; } = 8;

    /// <summary>The wait before the second attempt; it doubles from there, with jitter. Above zero; 100 ms by default.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two attempts. At least <see cref="RetryDelay"/>, at most a day; 5 s by default.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    internal BatcherOptions ToBatcherOptions() => new(MaxConcurrentCalls, MaxAttempts, RetryDelay, MaxRetryDelay);

    internal IEnumerable<string> Validate(string section)
    {
        if (MaxConcurrentCalls is < 1 or > 1024)
        {
            yield return $"{section}:MaxConcurrentCalls is {MaxConcurrentCalls}; use 1 to 1024.";
        }

        if (MaxWaiting < 1)
        {
            yield return $"{section}:MaxWaiting is {MaxWaiting}; use 1 or more messages.";
        }

        if (MaxWaitingBytes < 1)
        {
            yield return $"{section}:MaxWaitingBytes is {MaxWaitingBytes}; use 1 or more bytes.";
        }

        if (MaxAttempts is < 1 or > 100)
        {
            yield return $"{section}:MaxAttempts is {MaxAttempts}; use 1 to 100.";
        }

        if (RetryDelay <= TimeSpan.Zero || MaxRetryDelay < RetryDelay || MaxRetryDelay > TimeSpan.FromDays(1))
        {
            yield return $"{section}:RetryDelay is {RetryDelay} and MaxRetryDelay {MaxRetryDelay}; use a delay above zero, and a longest delay that is not below it, at most a day.";
        }
    }
}
