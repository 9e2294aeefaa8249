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
            var least = InMemoryQueueOptions.DefaultMaxMessageBytes;
            var queues = _queues;
            for (var i = 0; i < queues.Length; i++)
            {
                least = i == 0 ? queues[i].MaxMessageBytes : Math.Min(least, queues[i].MaxMessageBytes);
            }

            return least;
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
