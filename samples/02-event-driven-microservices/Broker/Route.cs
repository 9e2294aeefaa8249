namespace EventDrivenMicroservices;

/// <summary>A queue, and what brings messages into it: rules of the bus, a subscription to a topic, or nothing but what is sent to it.</summary>
internal sealed record Route(string Queue)
{
    public IReadOnlyList<Rule> Rules { get; init; } = [];

    public Subscription? Subscription { get; init; }
}
