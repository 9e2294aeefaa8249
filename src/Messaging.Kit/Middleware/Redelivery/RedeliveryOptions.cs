using Messaging.Kit.Messages;

namespace Messaging.Kit.Middleware.Redelivery;

/// <summary>When a message whose delivery failed comes again.</summary>
public sealed class RedeliveryOptions
{
    private readonly List<(Func<Exception, bool> Matches, BackOff BackOff)> _rules = [];

    /// <summary>The back-off where no rule of <see cref="On{TException}"/> says otherwise; exponential from 1 s to 5 min, with jitter, by default.</summary>
    public BackOff BackOff { get; set; } = BackOff.Exponential(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    /// <summary>A back-off of its own for a type of exception and those derived from it. The first rule that fits counts.</summary>
    /// <typeparam name="TException">The type of exception.</typeparam>
    /// <param name="backOff">The back-off.</param>
    /// <returns>The same options.</returns>
    public RedeliveryOptions On<TException>(BackOff backOff)
        where TException : Exception
    {
        _rules.Add((static exception => exception is TException, backOff));
        return this;
    }

    // What operators say; together they make an exponential back-off in place of the code's own.
    internal TimeSpan? OperatorDelay { get; set; }

    internal TimeSpan? OperatorMaxDelay { get; set; }

    internal IEnumerable<string> Validate(string name)
    {
        if (OperatorDelay is null && OperatorMaxDelay is null)
        {
            yield break;
        }

        if (OperatorDelay is not { } first || first < TimeSpan.Zero || (OperatorMaxDelay ?? first) < first)
        {
            yield return $"{name}: the redelivery settings Delay ({OperatorDelay}) and MaxDelay ({OperatorMaxDelay}) do not make sense: give a delay of zero or more, and a longest that is not below it.";
        }
        else
        {
            BackOff = BackOff.Exponential(first, OperatorMaxDelay ?? first);
        }
    }

    internal TimeSpan DelayAfter(int deliveryCount, Exception exception)
    {
        if (exception is MessageDeferredException deferred)
        {
            return deferred.RetryAfter;
        }

        foreach (var (matches, backOff) in _rules)
        {
            if (matches(exception))
            {
                return backOff.DelayAfter(deliveryCount);
            }
        }

        return BackOff.DelayAfter(deliveryCount);
    }
}
