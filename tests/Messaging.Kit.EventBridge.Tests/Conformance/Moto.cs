using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.EventBridge.Tests.Conformance;

/// <summary>EventBridge to SQS over moto.</summary>
public sealed class Moto : EventBridgeHarness
{
    private const string Race = "moto 5.2.5 receives without a lock (sqs/models.py, receive_message): two receives at the same moment can both get a message, each as its second delivery.";

    public override IReadOnlyDictionary<string, string> Deviations { get; } = new Dictionary<string, string>
    {
        [nameof(BatchConformance<>.Five_hundred_messages_come_once_each)] = Race,
        [nameof(ReceiveConformance<>.Two_receivers_share_and_no_message_goes_to_both)] = Race,
        [nameof(ReceiveConformance<>.Concurrent_receives_on_one_receiver_share)] = Race,
        [nameof(ContentConformance<>.Types_and_sources_of_odd_characters_arrive)] = "moto 5.2.5 puts type and source into the event's text without escaping them, and answers a quote with a page of HTML and the status 500 (events/utils.py).",
    };

    /// <summary>For the reason that <see cref="Race"/> gives.</summary>
    public override int ConcurrentReceives => 1;

    protected override string Endpoint => "moto";
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
