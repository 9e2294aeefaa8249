namespace Messaging.Kit.Consuming;

/// <summary>
/// How often messages have been given back without having been handled, because one of the same key in front of them failed. The
/// source counts these as deliveries; a message must not be dead-lettered for them. Bounded: the oldest are forgotten.
/// </summary>
internal sealed class UnhandledReturns(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    public void Add(string messageId)
    {
        lock (_lock)
        {
            if (_counts.TryGetValue(messageId, out var count))
            {
                _counts[messageId] = count + 1;
                return;
            }

            _counts.Add(messageId, 1);
            _order.Enqueue(messageId);
            if (_order.Count > capacity)
            {
                _counts.Remove(_order.Dequeue());
            }
        }
    }

    public int CountOf(string messageId)
    {
        lock (_lock)
        {
            return _counts.Count == 0 ? 0 : _counts.GetValueOrDefault(messageId);
        }
    }

    /// <summary>The message has left the source.</summary>
    public void Forget(string messageId)
    {
        lock (_lock)
        {
            // Its place in the order stays until it comes up; it holds an id and no more.
            _counts.Remove(messageId);
        }
    }
}
