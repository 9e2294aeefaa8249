namespace EventDrivenMicroservices;

/// <summary>What a rule's transformer makes of an <see cref="OrderPlaced"/>: a line for the customer. The notification service gets nothing else of the order.</summary>
internal sealed record CustomerLine(string Order, string Trace, string Text);
