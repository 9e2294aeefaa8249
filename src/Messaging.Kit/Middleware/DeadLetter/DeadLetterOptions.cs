using Messaging.Kit.Transports;

namespace Messaging.Kit.Middleware.DeadLetter;

/// <summary>Which messages are dead-lettered, when, and where to.</summary>
public sealed class DeadLetterOptions
{
    private readonly DestinationBuilder _to;
    private readonly List<DeadLetterRule> _rules = [];

    internal DeadLetterOptions(DestinationBuilder to, TransportDestination destination, int maxDeliveries) =>
        (_to, Destination, MaxDeliveries) = (to, destination, maxDeliveries);

    /// <summary>Where messages go that no rule sends elsewhere.</summary>
    public TransportDestination Destination { get; }

    /// <summary>
    /// How many deliveries a message may have before it is dead-lettered; poison and exceptions with a rule do not wait for it. 1 or
    /// more; 5 by default. Operators: <c>Messaging:Consumers:{name}:MaxDeliveries</c>.
    /// </summary>
    public int MaxDeliveries { get; set; }

    internal IReadOnlyList<DeadLetterRule> Rules => _rules;

    /// <summary>Dead-letters a message at once when its handling throws this type of exception, or one derived from it. The first rule that fits counts.</summary>
    /// <typeparam name="TException">The type of exception.</typeparam>
    /// <param name="to">Where to; the default destination when omitted.</param>
    /// <returns>The same options.</returns>
    public DeadLetterOptions On<TException>(Func<DestinationBuilder, TransportDestination>? to = null)
        where TException : Exception
    {
        _rules.Add(new(static exception => exception is TException, to?.Invoke(_to) ?? Destination));
        return this;
    }

    internal IEnumerable<TransportDestination> Destinations => _rules.Select(rule => rule.Destination).Prepend(Destination);
}
