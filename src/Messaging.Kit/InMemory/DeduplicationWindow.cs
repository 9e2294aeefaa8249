namespace Messaging.Kit.InMemory;

/// <summary>The ids that a FIFO queue accepted lately.</summary>
internal sealed class DeduplicationWindow
{
    // What SQS can take in five minutes at 3,000 messages a second; it bounds the memory at higher rates.
    private const int MostIds = 1_000_000;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long AcceptedAt)> _order = new();

    /// <summary>Remembers an id, unless it is known.</summary>
    /// <param name="id">The id.</param>
    /// <param name="now">Ticks of the broker's clock.</param>
    /// <param name="window">For how many ticks an id is known.</param>
    /// <returns>Whether it is new.</returns>
    public bool Add(string id, long now, long window)
    {
        while (_order.TryPeek(out var oldest) && (now - oldest.AcceptedAt >= window || _order.Count >= MostIds))
        {
            _ids.Remove(_order.Dequeue().Id);
        }

        if (window == 0 || !_ids.Add(id))
        {
            return window == 0;
        }

        _order.Enqueue((id, now));
        return true;
    }
}
