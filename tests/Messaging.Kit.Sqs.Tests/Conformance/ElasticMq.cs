using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Sqs.Tests.Conformance;

/// <summary>SQS over ElasticMQ, the most faithful of the emulators.</summary>
public class ElasticMq : SqsHarness
{
    protected override string Endpoint => "elasticmq";
}

/// <summary>The same with FIFO queues throughout.</summary>
public sealed class ElasticMqFifo : ElasticMq
{
    protected override bool IsFifo => true;
}

public sealed class ElasticMqContent : ContentConformance<ElasticMq>;

public sealed class ElasticMqBatch : BatchConformance<ElasticMq>;

public sealed class ElasticMqReceive : ReceiveConformance<ElasticMq>;

public sealed class ElasticMqSettlement : SettlementConformance<ElasticMq>;

public sealed class ElasticMqLease : LeaseConformance<ElasticMq>;

public sealed class ElasticMqOrdering : OrderingConformance<ElasticMq>;

public sealed class ElasticMqDelay : DelayConformance<ElasticMq>;

public sealed class ElasticMqDeduplication : DeduplicationConformance<ElasticMq>;

public sealed class ElasticMqLifecycle : LifecycleConformance<ElasticMq>;

public sealed class ElasticMqBacklog : BacklogConformance<ElasticMq>;

public sealed class ElasticMqGroup : GroupConformance<ElasticMq>;

public sealed class ElasticMqBus : BusConformance<ElasticMq>;

public sealed class ElasticMqFifoContent : ContentConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoBatch : BatchConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoReceive : ReceiveConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoSettlement : SettlementConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoLease : LeaseConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoOrdering : OrderingConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoDelay : DelayConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoDeduplication : DeduplicationConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoLifecycle : LifecycleConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoBacklog : BacklogConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoGroup : GroupConformance<ElasticMqFifo>;

public sealed class ElasticMqFifoBus : BusConformance<ElasticMqFifo>;
