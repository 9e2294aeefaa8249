using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Sns.Tests.Conformance;

/// <summary>SNS to SQS over moto.</summary>
public class Moto : SnsHarness
{
    private const string Race = "moto 5.2.5 receives without a lock (sqs/models.py, receive_message): two receives at the same moment can both get a message, each as its second delivery.";

    public override IReadOnlyDictionary<string, string> Deviations { get; } = new Dictionary<string, string>
    {
        [nameof(BatchConformance<>.Five_hundred_messages_come_once_each)] = Race,
        [nameof(ReceiveConformance<>.Two_receivers_share_and_no_message_goes_to_both)] = Race,
        [nameof(ReceiveConformance<>.Concurrent_receives_on_one_receiver_share)] = Race,
        [nameof(OrderingConformance<>.Order_holds_with_competing_receivers)] = Race,
        [nameof(OrderingConformance<>.Order_holds_when_leases_run_out)] = "moto 5.2.5, FIFO: of four messages of a group whose visibility timeouts are over it delivers the last one first (boto3 sees 3, 0, 1, 2), for it frees the group only when it meets its last message.",
        [nameof(DeduplicationConformance<>.An_id_is_delivered_once)] = "moto 5.2.5, FIFO: it forgets a deduplication id when its message is deleted; SQS remembers it for five minutes.",
    };

    /// <summary>For the reason that <see cref="Race"/> gives.</summary>
    public override int ConcurrentReceives => 1;

    protected override string Endpoint => "moto";

    // moto 5.2.5 does not hand the deduplication id on to the queue, and the queue then refuses the message.
    protected override bool QueueNeedsContentBasedDeduplication => true;
}

/// <summary>The same with FIFO topics and queues throughout.</summary>
public sealed class MotoFifo : Moto
{
    private const string Group = "moto 5.2.5, FIFO: a long poll looks once, at its start, which groups are in flight, and so does not see a message that comes back during it (sqs/models.py, currently_pending_groups).";

    public override IReadOnlyDictionary<string, string> Deviations => new Dictionary<string, string>(base.Deviations)
    {
        [nameof(ReceiveConformance<>.A_cancelled_receive_strands_nothing)] = Group,
        [nameof(LifecycleConformance<>.Disposing_of_a_receiver_strands_nothing)] = Group,
    };

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

public sealed class MotoGroup : GroupConformance<Moto>;

public sealed class MotoBus : BusConformance<Moto>;

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

public sealed class MotoFifoGroup : GroupConformance<MotoFifo>;

public sealed class MotoFifoBus : BusConformance<MotoFifo>;
