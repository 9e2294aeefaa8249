using Polly;
using Polly.Retry;

namespace Messaging.Kit.Middleware.Retry;

/// <summary>Short, immediate retries within one delivery or one publish. Long waits belong to <c>UseRedelivery</c>.</summary>
public sealed class RetryOptions
{
    /// <summary>Most attempts, the first included. 1 to 100; 3 by default. Operators: <c>Messaging:Consumers:{name}:Retry:MaxAttempts</c>.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The wait before the second attempt; it doubles from there, with jitter. 200 ms by default. Operators: <c>…:Retry:Delay</c>.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between two attempts; 5 s by default. Operators: <c>…:Retry:MaxDelay</c>.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Which exceptions are worth another attempt; all by default. Poison never is, whatever this says, and after the delivery has been
    /// cancelled nothing is; a time-out of the handler's own is an exception like others.
    /// </summary>
    public Func<Exception, bool> ShouldRetry { get; set; } = static _ => true;

    internal IEnumerable<string> Validate(string name)
    {
        if (MaxAttempts is < 1 or > 100)
        {
            yield return $"{name}: retry takes 1 to 100 attempts, not {MaxAttempts}.";
        }

        if (Delay < TimeSpan.Zero || MaxDelay < Delay || MaxDelay > TimeSpan.FromDays(1))
        {
            yield return $"{name}: the retry delays {Delay} (first) and {MaxDelay} (longest) do not make sense: use zero or more, the longest not below the first, at most a day.";
        }
    }

    internal ResiliencePipeline Build(TimeProvider time, Func<Exception, bool> isHopeless)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (MaxAttempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = MaxAttempts - 1,
                Delay = Delay,
                MaxDelay = MaxDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => new(arguments.Outcome.Exception is { } exception && !isHopeless(exception) && ShouldRetry(exception)),
            });
        }

        return builder.Build();
    }
}
