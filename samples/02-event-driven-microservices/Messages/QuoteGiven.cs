namespace EventDrivenMicroservices;

/// <summary>Inventory, to who asked: so much.</summary>
internal sealed record QuoteGiven(decimal Total);
