using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Tests.Conformance;

/// <summary>A FIFO queue throughout.</summary>
public sealed class InMemoryFifoQueues : InMemoryHarness
{
    protected override bool IsFifo => true;
}

public sealed class InMemoryFifoQueuesContent : ContentConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesBatch : BatchConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesReceive : ReceiveConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesSettlement : SettlementConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesLease : LeaseConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesOrdering : OrderingConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesDelay : DelayConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesDeduplication : DeduplicationConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesLifecycle : LifecycleConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesBacklog : BacklogConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesGroup : GroupConformance<InMemoryFifoQueues>;

public sealed class InMemoryFifoQueuesBus : BusConformance<InMemoryFifoQueues>;
