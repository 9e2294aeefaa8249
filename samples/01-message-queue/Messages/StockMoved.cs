namespace MessageQueue;

/// <summary>
/// Stock of an article has moved. The movements of one article must be booked in their order, so they travel by a FIFO queue and
/// the article is their key.
/// </summary>
/// <param name="Sku">The article.</param>
/// <param name="Sequence">Counts the movements of the article from 0; only there to prove the order.</param>
/// <param name="Quantity">How many pieces came (above zero) or went (below).</param>
/// <param name="Reason">Why.</param>
internal sealed record StockMoved(string Sku, int Sequence, int Quantity, string Reason);
