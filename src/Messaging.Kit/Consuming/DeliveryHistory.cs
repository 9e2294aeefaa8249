namespace Messaging.Kit.Consuming;

/// <summary>
/// What this process knows of earlier deliveries of messages from an ordered source: how often each failed here, and how often it
/// was given back without having been handled, because one of the same key in front of it failed. The source counts both as
/// deliveries; a message must not be dead-lettered for its neighbour's faults. Bounded: the oldest are forgotten.
/// </summary>
internal sealed class DeliveryHistory(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Failed, int Unhandled)> _messages = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    public void AddFailed(string messageId) => Add(messageId, failed: 1, unhandled: 0);

    public void AddUnhandled(string messageId) => Add(messageId, failed: 0, unhandled: 1);

    public (int Failed, int Unhandled) Of(string messageId)
    {
        lock (_lock)
        {
            return _messages.Count == 0 ? default : _messages.GetValueOrDefault(messageId);
        }
    }

    /// <summary>The message has left the source.</summary>
    public void Forget(string messageId)
    {
        lock (_lock)
        {
            // Its place in the order stays until it comes up; it holds an id and no more.
            _messages.Remove(messageId);
        }
    }

    private void Add(string messageId, int failed, int unhandled)
    {
        lock (_lock)
        {
            if (_messages.TryGetValue(messageId, out var known))
            {
                _messages[messageId] = (known.Failed + failed, known.Unhandled + unhandled);
                return;
            }

            _messages.Add(messageId, (failed, unhandled));
            _order.Enqueue(messageId);
            if (_order.Count > capacity)
            {
                _messages.Remove(_order.Dequeue());
            }
        }
    }
}
