using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Kafka.Tests.Conformance;

/// <summary>Kafka over the client library's mock cluster, in this process.</summary>
public sealed class MockKafka : KafkaHarness
{
    protected override string BootstrapServers => MockCluster.BootstrapServers;

    // It creates topics by itself, and cannot be asked to.
    internal override ValueTask CreateAsync(string topic, KafkaTransportOptions settings, CancellationToken cancellationToken) => default;

    // It does not wake a fetch that waits when a message comes.
    protected override void Tune(KafkaTransportOptions settings) => settings.ClientSettings["fetch.wait.max.ms"] = "10";
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

public sealed class MockKafkaBus : BusConformance<MockKafka>;
