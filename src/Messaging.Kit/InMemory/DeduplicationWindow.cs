using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory;

/// <summary>The ids that a FIFO queue accepted lately.</summary>
internal sealed class DeduplicationWindow
{
    // What SQS can take in five minutes at 3,000 messages a second; it bounds the memory at higher rates.
    private const int MostIds = 1_000_000;

    private readonly HashSet<Id> _ids = [];
    private readonly Queue<(Id Id, long AcceptedAt)> _order = new();

    /// <summary>Remembers a message's id, unless it is known.</summary>
    /// <param name="envelope">The message.</param>
    /// <param name="now">Ticks of the broker's clock.</param>
    /// <param name="window">For how many ticks an id is known; zero for not at all.</param>
    /// <returns>Whether it is new.</returns>
    public bool Add(Envelope envelope, long now, long window)
    {
        if (window == 0)
        {
            return true;
        }

        while (_order.TryPeek(out var oldest) && (now - oldest.AcceptedAt >= window || _order.Count >= MostIds))
        {
            _ids.Remove(_order.Dequeue().Id);
        }

        var id = Id.Of(envelope);
        if (!_ids.Add(id))
        {
            return false;
        }

        _order.Enqueue((id, now));
        return true;
    }

    /// <summary>An id in 16 bytes where it can be: a million strings would keep the garbage collector busy.</summary>
    private readonly record struct Id(Guid Uuid, string? Text)
    {
        public static Id Of(Envelope envelope)
        {
            if (envelope.Uuid != Guid.Empty && !envelope.HasOwnDeduplicationId)
            {
                return new Id(envelope.Uuid, null);
            }

            // Ids are compared by case, so only the one way in which a Guid is written counts as one.
            var text = envelope.DeduplicationId;
            return Guid.TryParseExact(text, "D", out var uuid) && !text.AsSpan().ContainsAnyInRange('A', 'F')
                ? new Id(uuid, null)
                : new Id(Guid.Empty, text);
        }
    }
}
