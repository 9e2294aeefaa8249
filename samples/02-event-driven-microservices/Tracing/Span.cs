namespace EventDrivenMicroservices;

/// <summary>Something that a service did for an order.</summary>
/// <param name="At">When it began, since the order was placed.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Service">Who did it.</param>
/// <param name="What">What it was.</param>
internal sealed record Span(TimeSpan At, TimeSpan Took, string Service, string What);
