using Messaging.Kit.InMemory;
using Messaging.Kit.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Tests.Conformance;

/// <summary>The in-memory broker, in fake time: a queue of each test's own in a broker of its own.</summary>
public abstract class InMemoryHarness : TransportHarness
{
    /// <summary>Whether every queue is FIFO, not only where a test needs it.</summary>
    protected virtual bool IsFifo => false;

    public override ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        var broker = new InMemoryBroker(time);
        var name = IsFifo || options.Ordered || options.Deduplicated ? "queue.fifo" : "queue";
        var destination = name;
        if (!options.Missing)
        {
            broker.DeclareQueue(name, new InMemoryQueueOptions { VisibilityTimeout = options.Lease, WaitTime = options.Poll });
            destination = Route(broker, name);
        }

        return ValueTask.FromResult(new TransportChannel(() => broker.CreateSender(destination), () => broker.CreateReceiver(name)) { FakeTime = time });
    }

    /// <summary>Where to send so that it arrives in the queue.</summary>
    protected virtual string Route(InMemoryBroker broker, string queue) => queue;
}
