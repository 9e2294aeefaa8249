using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Kafka.Tests.Conformance;

/// <summary>Apache Kafka, with groups whose members agree among themselves.</summary>
public sealed class ApacheKafka : KafkaHarness
{
    protected override string? BootstrapServers => Environment.GetEnvironmentVariable(KafkaClientSettings.BootstrapVariable);
}

public sealed class ApacheKafkaContent : ContentConformance<ApacheKafka>;

public sealed class ApacheKafkaBatch : BatchConformance<ApacheKafka>;

public sealed class ApacheKafkaReceive : ReceiveConformance<ApacheKafka>;

public sealed class ApacheKafkaSettlement : SettlementConformance<ApacheKafka>;

public sealed class ApacheKafkaLease : LeaseConformance<ApacheKafka>;

public sealed class ApacheKafkaOrdering : OrderingConformance<ApacheKafka>;

public sealed class ApacheKafkaDelay : DelayConformance<ApacheKafka>;

public sealed class ApacheKafkaDeduplication : DeduplicationConformance<ApacheKafka>;

public sealed class ApacheKafkaLifecycle : LifecycleConformance<ApacheKafka>;

public sealed class ApacheKafkaBacklog : BacklogConformance<ApacheKafka>;

public sealed class ApacheKafkaGroup : GroupConformance<ApacheKafka>;

public sealed class ApacheKafkaBus : BusConformance<ApacheKafka>;
