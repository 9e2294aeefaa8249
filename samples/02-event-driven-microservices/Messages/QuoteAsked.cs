namespace EventDrivenMicroservices;

/// <summary>Order service, to inventory: what do so many of an article cost? A question, not an event: it goes to one service, and somebody waits.</summary>
internal sealed record QuoteAsked(string Sku, int Quantity);
