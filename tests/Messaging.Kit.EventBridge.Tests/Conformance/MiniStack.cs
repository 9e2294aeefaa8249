using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.EventBridge.Tests.Conformance;

/// <summary>EventBridge to SQS over MiniStack.</summary>
public sealed class MiniStack : EventBridgeHarness
{
    protected override string Endpoint => "ministack";
}

public sealed class MiniStackContent : ContentConformance<MiniStack>;

public sealed class MiniStackBatch : BatchConformance<MiniStack>;

public sealed class MiniStackReceive : ReceiveConformance<MiniStack>;

public sealed class MiniStackSettlement : SettlementConformance<MiniStack>;

public sealed class MiniStackLease : LeaseConformance<MiniStack>;

public sealed class MiniStackOrdering : OrderingConformance<MiniStack>;

public sealed class MiniStackDelay : DelayConformance<MiniStack>;

public sealed class MiniStackDeduplication : DeduplicationConformance<MiniStack>;

public sealed class MiniStackLifecycle : LifecycleConformance<MiniStack>;

public sealed class MiniStackBacklog : BacklogConformance<MiniStack>;

public sealed class MiniStackGroup : GroupConformance<MiniStack>;

public sealed class MiniStackBus : BusConformance<MiniStack>;
