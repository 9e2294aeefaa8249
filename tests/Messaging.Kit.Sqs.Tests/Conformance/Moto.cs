using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Sqs.Tests.Conformance;

/// <summary>SQS over moto.</summary>
public class Moto : SqsHarness
{
    protected override string Endpoint => "moto";
}

/// <summary>The same with FIFO queues throughout.</summary>
public sealed class MotoFifo : Moto
{
    protected override bool IsFifo => true;
}

public sealed class MotoContent : ContentConformance<Moto>;

public sealed class MotoBatch : BatchConformance<Moto>;

public sealed class MotoReceive : ReceiveConformance<Moto>;

public sealed class MotoSettlement : SettlementConformance<Moto>;

public sealed class MotoLease : LeaseConformance<Moto>;

public sealed class MotoOrdering : OrderingConformance<Moto>;

public sealed class MotoDelay : DelayConformance<Moto>;

public sealed class MotoDeduplication : DeduplicationConformance<Moto>;

public sealed class MotoLifecycle : LifecycleConformance<Moto>;

public sealed class MotoBacklog : BacklogConformance<Moto>;

public sealed class MotoFifoContent : ContentConformance<MotoFifo>;

public sealed class MotoFifoBatch : BatchConformance<MotoFifo>;

public sealed class MotoFifoReceive : ReceiveConformance<MotoFifo>;

public sealed class MotoFifoSettlement : SettlementConformance<MotoFifo>;

public sealed class MotoFifoLease : LeaseConformance<MotoFifo>;

public sealed class MotoFifoOrdering : OrderingConformance<MotoFifo>;

public sealed class MotoFifoDelay : DelayConformance<MotoFifo>;

public sealed class MotoFifoDeduplication : DeduplicationConformance<MotoFifo>;

public sealed class MotoFifoLifecycle : LifecycleConformance<MotoFifo>;

public sealed class MotoFifoBacklog : BacklogConformance<MotoFifo>;
