namespace EventDrivenMicroservices;

/// <summary>
/// An order, as it travels in every event about it: whoever gets one knows all that there is to know, and has to ask nobody.
/// </summary>
/// <param name="Id">Names the order, in all services: the business's own correlation id, and the key of every effect.</param>
/// <param name="Customer">Who has ordered.</param>
/// <param name="Sku">The article.</param>
/// <param name="Quantity">How many of it.</param>
/// <param name="Total">What it costs, as inventory has quoted it.</param>
/// <param name="Card">The token that the card's provider gave; no number of a card travels here.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="Trace">The W3C trace context in which it was placed: what passes a transformer has no headers any more.</param>
internal sealed record Order(string Id, string Customer, string Sku, int Quantity, decimal Total, string Card, string Address, string Trace);
