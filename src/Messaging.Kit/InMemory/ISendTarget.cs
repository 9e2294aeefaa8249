using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>What a name in the broker stands for: a queue, a topic or a stream.</summary>
internal interface ISendTarget
{
    /// <summary>Most bytes of one message.</summary>
    int MaxMessageBytes { get; }

    /// <summary>Its own failures; a topic has none.</summary>
    InMemoryFaults? Faults { get; }

    /// <summary>Stores the entries that are not marked as failed.</summary>
    /// <param name="batch">The batch.</param>
    void Accept(TransportBatch<Envelope> batch);
}
