using Messaging.Kit.InMemory;
using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Tests.Conformance;

/// <summary>A queue that is subscribed to a topic, which everything is sent to.</summary>
public sealed class InMemoryTopics : InMemoryHarness
{
    protected override string Route(InMemoryBroker broker, string queue)
    {
        var topic = $"topic-of-{queue}";
        broker.Subscribe(topic, queue);
        return topic;
    }
}

public sealed class InMemoryTopicsContent : ContentConformance<InMemoryTopics>;

public sealed class InMemoryTopicsBatch : BatchConformance<InMemoryTopics>;

public sealed class InMemoryTopicsReceive : ReceiveConformance<InMemoryTopics>;

public sealed class InMemoryTopicsSettlement : SettlementConformance<InMemoryTopics>;

public sealed class InMemoryTopicsLease : LeaseConformance<InMemoryTopics>;

public sealed class InMemoryTopicsOrdering : OrderingConformance<InMemoryTopics>;

public sealed class InMemoryTopicsDelay : DelayConformance<InMemoryTopics>;

public sealed class InMemoryTopicsDeduplication : DeduplicationConformance<InMemoryTopics>;

public sealed class InMemoryTopicsLifecycle : LifecycleConformance<InMemoryTopics>;

public sealed class InMemoryTopicsBacklog : BacklogConformance<InMemoryTopics>;

public sealed class InMemoryTopicsGroup : GroupConformance<InMemoryTopics>;

public sealed class InMemoryTopicsBus : BusConformance<InMemoryTopics>;
