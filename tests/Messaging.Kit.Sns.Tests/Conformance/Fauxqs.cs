using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Sns.Tests.Conformance;

/// <summary>SNS to SQS over fauxqs.</summary>
public class Fauxqs : SnsHarness
{
    protected override string Endpoint => "fauxqs";
}

/// <summary>The same with FIFO topics and queues throughout.</summary>
public sealed class FauxqsFifo : Fauxqs
{
    protected override bool IsFifo => true;
}

public sealed class FauxqsContent : ContentConformance<Fauxqs>;

public sealed class FauxqsBatch : BatchConformance<Fauxqs>;

public sealed class FauxqsReceive : ReceiveConformance<Fauxqs>;

public sealed class FauxqsSettlement : SettlementConformance<Fauxqs>;

public sealed class FauxqsLease : LeaseConformance<Fauxqs>;

public sealed class FauxqsOrdering : OrderingConformance<Fauxqs>;

public sealed class FauxqsDelay : DelayConformance<Fauxqs>;

public sealed class FauxqsDeduplication : DeduplicationConformance<Fauxqs>;

public sealed class FauxqsLifecycle : LifecycleConformance<Fauxqs>;

public sealed class FauxqsBacklog : BacklogConformance<Fauxqs>;

public sealed class FauxqsGroup : GroupConformance<Fauxqs>;

public sealed class FauxqsBus : BusConformance<Fauxqs>;

public sealed class FauxqsFifoContent : ContentConformance<FauxqsFifo>;

public sealed class FauxqsFifoBatch : BatchConformance<FauxqsFifo>;

public sealed class FauxqsFifoReceive : ReceiveConformance<FauxqsFifo>;

public sealed class FauxqsFifoSettlement : SettlementConformance<FauxqsFifo>;

public sealed class FauxqsFifoLease : LeaseConformance<FauxqsFifo>;

public sealed class FauxqsFifoOrdering : OrderingConformance<FauxqsFifo>;

public sealed class FauxqsFifoDelay : DelayConformance<FauxqsFifo>;

public sealed class FauxqsFifoDeduplication : DeduplicationConformance<FauxqsFifo>;

public sealed class FauxqsFifoLifecycle : LifecycleConformance<FauxqsFifo>;

public sealed class FauxqsFifoBacklog : BacklogConformance<FauxqsFifo>;

public sealed class FauxqsFifoGroup : GroupConformance<FauxqsFifo>;

public sealed class FauxqsFifoBus : BusConformance<FauxqsFifo>;
