using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Sqs.Tests.Conformance;

/// <summary>Amazon SQS itself, or an endpoint that speaks like it: nothing is excused.</summary>
public class AmazonSqs : SqsHarness
{
    protected override string Endpoint => AwsEndpoints.Aws;

    // CI has the emulators and no account.
    protected override bool IsOptional => true;
}

/// <summary>The same with FIFO queues throughout.</summary>
public sealed class AmazonSqsFifo : AmazonSqs
{
    protected override bool IsFifo => true;
}

public sealed class AmazonSqsContent : ContentConformance<AmazonSqs>;

public sealed class AmazonSqsBatch : BatchConformance<AmazonSqs>;

public sealed class AmazonSqsReceive : ReceiveConformance<AmazonSqs>;

public sealed class AmazonSqsSettlement : SettlementConformance<AmazonSqs>;

public sealed class AmazonSqsLease : LeaseConformance<AmazonSqs>;

public sealed class AmazonSqsOrdering : OrderingConformance<AmazonSqs>;

public sealed class AmazonSqsDelay : DelayConformance<AmazonSqs>;

public sealed class AmazonSqsDeduplication : DeduplicationConformance<AmazonSqs>;

public sealed class AmazonSqsLifecycle : LifecycleConformance<AmazonSqs>;

public sealed class AmazonSqsBacklog : BacklogConformance<AmazonSqs>;

public sealed class AmazonSqsGroup : GroupConformance<AmazonSqs>;

public sealed class AmazonSqsBus : BusConformance<AmazonSqs>;

public sealed class AmazonSqsFifoContent : ContentConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoBatch : BatchConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoReceive : ReceiveConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoSettlement : SettlementConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoLease : LeaseConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoOrdering : OrderingConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoDelay : DelayConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoDeduplication : DeduplicationConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoLifecycle : LifecycleConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoBacklog : BacklogConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoGroup : GroupConformance<AmazonSqsFifo>;

public sealed class AmazonSqsFifoBus : BusConformance<AmazonSqsFifo>;
