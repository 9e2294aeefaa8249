using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Middleware.Idempotency;

/// <summary>How copies of a message are recognised.</summary>
public sealed class IdempotencyOptions
{
    /// <summary>Where it is remembered; the <see cref="IIdempotencyStore"/> of the services when omitted, which is in memory unless another is registered.</summary>
    public IIdempotencyStore? Store { get; set; }

    /// <summary>
    /// What makes two messages copies of each other: the message's id by default. A selector may read headers, such as the id of a
    /// business transaction; a message for which it has none is poison. Keys of different consumers never meet.
    /// </summary>
    public Func<ConsumeContext, string> KeyOf { get; set; } = static context => context.MessageId;

    /// <summary>How long a claim lasts without renewal: the longest that a message is left alone after its process died. 10 ms to a day; 1 min by default. Renewed at a third of it.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a handled message is remembered. Longer than copies can lag behind; above zero, at most 10 years; 1 day by default.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);

    internal IEnumerable<string> Validate(string name)
    {
        if (Lease < TimeSpan.FromMilliseconds(10) || Lease > TimeSpan.FromDays(1))
        {
            yield return $"{name}: the lease of an idempotency claim is {Lease}; use 10 ms to a day.";
        }

        if (Retention <= TimeSpan.Zero || Retention > TimeSpan.FromDays(3653))
        {
            yield return $"{name}: idempotency remembers for {Retention}; use more than zero, at most 10 years.";
        }
    }
}
