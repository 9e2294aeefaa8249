using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Sqs.Tests.Conformance;

/// <summary>SQS over MiniStack.</summary>
public class MiniStack : SqsHarness
{
    protected override string Endpoint => "ministack";
}

/// <summary>The same with FIFO queues throughout.</summary>
public sealed class MiniStackFifo : MiniStack
{
    protected override bool IsFifo => true;
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
