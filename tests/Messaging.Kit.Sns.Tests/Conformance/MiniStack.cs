using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Sns.Tests.Conformance;

/// <summary>SNS to SQS over MiniStack.</summary>
public class MiniStack : SnsHarness
{
    protected override string Endpoint => "ministack";
}

/// <summary>The same with FIFO topics and queues throughout.</summary>
public sealed class MiniStackFifo : MiniStack
{
    protected override bool IsFifo => true;
}

/// <summary>The same with what SNS wraps around a message that is not delivered raw.</summary>
public sealed class MiniStackWrapped : MiniStack
{
    protected override bool IsRaw => false;
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

public sealed class MiniStackFifoContent : ContentConformance<MiniStackFifo>;

public sealed class MiniStackFifoBatch : BatchConformance<MiniStackFifo>;

public sealed class MiniStackFifoReceive : ReceiveConformance<MiniStackFifo>;

public sealed class MiniStackFifoSettlement : SettlementConformance<MiniStackFifo>;

public sealed class MiniStackFifoLease : LeaseConformance<MiniStackFifo>;

public sealed class MiniStackFifoOrdering : OrderingConformance<MiniStackFifo>;

public sealed class MiniStackFifoDelay : DelayConformance<MiniStackFifo>;

public sealed class MiniStackFifoDeduplication : DeduplicationConformance<MiniStackFifo>;

public sealed class MiniStackFifoLifecycle : LifecycleConformance<MiniStackFifo>;

public sealed class MiniStackFifoBacklog : BacklogConformance<MiniStackFifo>;

public sealed class MiniStackFifoGroup : GroupConformance<MiniStackFifo>;

public sealed class MiniStackFifoBus : BusConformance<MiniStackFifo>;

public sealed class MiniStackWrappedContent : ContentConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedBatch : BatchConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedReceive : ReceiveConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedSettlement : SettlementConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedLease : LeaseConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedOrdering : OrderingConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedDelay : DelayConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedDeduplication : DeduplicationConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedLifecycle : LifecycleConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedBacklog : BacklogConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedGroup : GroupConformance<MiniStackWrapped>;

public sealed class MiniStackWrappedBus : BusConformance<MiniStackWrapped>;
