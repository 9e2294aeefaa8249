using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>A name whose messages go to every queue that is subscribed to it; without a subscriber they go nowhere.</summary>
internal sealed class InMemoryTopic(string name) : ISendTarget
{
    private readonly Lock _gate = new();
    private volatile InMemoryQueue[] _queues = [];

    public string Name { get; } = name;

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
        var queues = _queues;
        var copies = new IntrusiveList<InMemoryMessage, InMemoryMessage.ByPlace>[queues.Length];
        for (var i = 0; i < batch.Count && queues.Length > 0; i++)
        {
            if (batch.FailureOf(i) is null)
            {
                // The queues share the copy of the body: a message never changes its stored bytes.
                var body = batch[i].Body.ToArray();
                for (var queue = 0; queue < queues.Length; queue++)
                {
                    copies[queue].AddLast(queues[queue].CreateMessage(batch[i], body));
                }
            }
        }

        for (var queue = 0; queue < queues.Length; queue++)
        {
            queues[queue].Accept(copies[queue]);
        }
    }
}
