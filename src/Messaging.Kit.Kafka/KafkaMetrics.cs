using System.Diagnostics.Metrics;
using Messaging.Kit.Diagnostics;

namespace Messaging.Kit.Kafka;

/// <summary>What only Kafka has to tell, on the kit's meter.</summary>
internal static class KafkaMetrics
{
    private static readonly Meter Meter = new(MessagingDiagnostics.Name);

    private static readonly Counter<long> Rebalances = Meter.CreateCounter<long>(
        "messagingkit.kafka.rebalances", "{rebalance}", "Times that partitions have come to a member of a group or have gone from it.");

    /// <summary>Partitions have come or gone.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="what"><c>assigned</c>, <c>revoked</c> or <c>lost</c>.</param>
    public static void CountRebalance(string topic, string what) =>
        Rebalances.Add(1, new("messaging.destination.name", topic), new KeyValuePair<string, object?>("messagingkit.kafka.rebalance", what));
}
