using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Tests.Conformance;

/// <summary>A standard queue, unless a test needs more.</summary>
public sealed class InMemoryQueues : InMemoryHarness;

public sealed class InMemoryQueuesContent : ContentConformance<InMemoryQueues>;

public sealed class InMemoryQueuesBatch : BatchConformance<InMemoryQueues>;

public sealed class InMemoryQueuesReceive : ReceiveConformance<InMemoryQueues>;

public sealed class InMemoryQueuesSettlement : SettlementConformance<InMemoryQueues>;

public sealed class InMemoryQueuesLease : LeaseConformance<InMemoryQueues>;

public sealed class InMemoryQueuesOrdering : OrderingConformance<InMemoryQueues>;

public sealed class InMemoryQueuesDelay : DelayConformance<InMemoryQueues>;

public sealed class InMemoryQueuesDeduplication : DeduplicationConformance<InMemoryQueues>;

public sealed class InMemoryQueuesLifecycle : LifecycleConformance<InMemoryQueues>;

public sealed class InMemoryQueuesBacklog : BacklogConformance<InMemoryQueues>;

public sealed class InMemoryQueuesGroup : GroupConformance<InMemoryQueues>;

public sealed class InMemoryQueuesBus : BusConformance<InMemoryQueues>;
