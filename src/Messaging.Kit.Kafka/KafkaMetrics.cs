using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Messaging.Kit.Diagnostics;

namespace Messaging.Kit.Kafka;

/// <summary>What can be measured of consumers, partition by partition, on the kit's meter.</summary>
internal static class KafkaMetrics
{
    private static readonly Meter Meter = new(MessagingDiagnostics.Name);

    private static readonly Counter<long> Rebalances = Meter.CreateCounter<long>(
        "messagingkit.kafka.rebalances", "{rebalance}", "Changes of the partitions that a member of a group has.");

    private static readonly ConcurrentDictionary<KafkaMember, bool> Members = new();

    static KafkaMetrics()
    {
        Meter.CreateObservableGauge("messagingkit.kafka.consumer.lag", () => Observe(partition => partition.Lag), "{message}", "Messages that the group has before it.");
        Meter.CreateObservableGauge("messagingkit.kafka.consumer.uncommitted", () => Observe(partition => (long?)partition.Uncommitted), "{message}", "Messages read and not covered by a commit.");
        Meter.CreateObservableGauge("messagingkit.kafka.consumer.age", () => Observe(partition => (double?)partition.OldestAge.TotalSeconds), "s", "For how long the oldest message read has not been done with.");
    }

    public static void Add(KafkaMember member) => Members[member] = true;

    public static void Remove(KafkaMember member) => Members.TryRemove(member, out _);

    /// <summary>Counts a change.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="kind"><c>assigned</c>, <c>revoked</c> or <c>lost</c>.</param>
    public static void Rebalanced(KafkaMember member, string kind) => Rebalances.Add(
        1,
        new KeyValuePair<string, object?>("messaging.destination.name", member.Topic),
        new("messaging.consumer.group.name", member.Group),
        new("messagingkit.kafka.rebalance.kind", kind));

    private static IEnumerable<Measurement<T>> Observe<T>(Func<KafkaPartition, T?> read)
        where T : struct =>
        from member in Members.Keys
        from partition in member.Partitions
        let value = read(partition)
        where value is not null
        select new Measurement<T>(
            value.Value,
            new KeyValuePair<string, object?>("messaging.destination.name", member.Topic),
            new("messaging.destination.partition.id", partition.Number.ToString(CultureInfo.InvariantCulture)),
            new("messaging.consumer.group.name", member.Group));
}
