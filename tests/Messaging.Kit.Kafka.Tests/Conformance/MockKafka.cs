using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Kafka.Tests.Conformance;

/// <summary>Kafka over the client library's mock cluster, in this process.</summary>
public sealed class MockKafka : KafkaHarness
{
    protected override string BootstrapServers => MockCluster.BootstrapServers;

    public override IReadOnlyDictionary<string, string> Deviations => new Dictionary<string, string>
    {
        [nameof(MockKafkaLifecycle.Sending_to_a_missing_destination_is_reported_as_not_found)] = "The mock cluster creates any topic that a producer asks for.",
        [nameof(MockKafkaGroup.Order_within_a_key_holds_while_members_come_and_go)] =
            "The mock cluster of librdkafka 2.16 refuses every commit from when a group begins to rebalance until all members have joined again (REBALANCE_IN_PROGRESS), the one on revocation included: "
            + "what was acked meanwhile comes again. Apache Kafka takes commits of the current generation while it waits for members.",
        [nameof(MockKafkaOrdering.A_key_is_in_flight_to_one_receiver_at_a_time)] =
            "The mock cluster of librdkafka 2.16 ends a rebalance with the leader's SyncGroup, and answers that of a member which comes after it with INVALID_REQUEST: on a busy machine the second member "
            + "joins once more, and waits for it until the first has given up its partitions, RevokeTimeout later; then the message in flight is its own, as it is on Apache Kafka.",
    };

    internal override ValueTask CreateAsync(string topic, KafkaTransportOptions settings, CancellationToken cancellationToken)
    {
        MockCluster.Create(topic);
        return default;
    }

    protected override void Tune(KafkaTransportOptions settings) => MockCluster.Tune(settings);
}

public sealed class MockKafkaContent : ContentConformance<MockKafka>;

public sealed class MockKafkaBatch : BatchConformance<MockKafka>;

public sealed class MockKafkaReceive : ReceiveConformance<MockKafka>;

public sealed class MockKafkaSettlement : SettlementConformance<MockKafka>;

public sealed class MockKafkaLease : LeaseConformance<MockKafka>;

public sealed class MockKafkaOrdering : OrderingConformance<MockKafka>;

public sealed class MockKafkaDelay : DelayConformance<MockKafka>;

public sealed class MockKafkaDeduplication : DeduplicationConformance<MockKafka>;

public sealed class MockKafkaLifecycle : LifecycleConformance<MockKafka>;

public sealed class MockKafkaBacklog : BacklogConformance<MockKafka>;

public sealed class MockKafkaGroup : GroupConformance<MockKafka>;

public sealed class MockKafkaBus : BusConformance<MockKafka>;
