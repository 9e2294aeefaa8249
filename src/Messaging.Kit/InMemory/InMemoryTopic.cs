using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>A name whose messages go to every queue that is subscribed to it; without a subscriber they go nowhere.</summary>
internal sealed class InMemoryTopic : ISendTarget
{
    private readonly Lock _gate = new();
    private volatile InMemoryQueue[] _queues = [];

    public int MaxMessageBytes
    {
        get
        {
            var queues = _queues;
            return queues.Length == 0 ? new InMemoryQueueOptions().MaxMessageBytes : queues.Min(queue => queue.MaxMessageBytes);
        }
    }

    public InMemoryFaults? Faults => null;

    public void Subscribe(InMemoryQueue queue)
    {
        lock (_gate)
        {
            if (!_queues.Contains(queue))
            {
                _queues = [.. _queues, queue];
            }
        }
    }

    public void Accept(TransportBatch<Envelope> batch)
    {
        foreach (var queue in _queues)
        {
            queue.Accept(batch);
        }
    }
}
