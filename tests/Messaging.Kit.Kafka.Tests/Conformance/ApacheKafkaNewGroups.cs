using Messaging.Kit.Testing.Conformance;

namespace Messaging.Kit.Kafka.Tests.Conformance;

/// <summary>Apache Kafka, with groups whose partitions the broker assigns (KIP-848).</summary>
public sealed class ApacheKafkaNewGroups : KafkaHarness
{
    protected override string? BootstrapServers => Environment.GetEnvironmentVariable(KafkaClientSettings.BootstrapVariable);

    protected override KafkaGroupProtocol GroupProtocol => KafkaGroupProtocol.Consumer;
}

public sealed class ApacheKafkaNewGroupsContent : ContentConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsBatch : BatchConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsReceive : ReceiveConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsSettlement : SettlementConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsLease : LeaseConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsOrdering : OrderingConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsDelay : DelayConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsDeduplication : DeduplicationConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsLifecycle : LifecycleConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsBacklog : BacklogConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsGroup : GroupConformance<ApacheKafkaNewGroups>;

public sealed class ApacheKafkaNewGroupsBus : BusConformance<ApacheKafkaNewGroups>;
