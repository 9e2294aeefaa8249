namespace Messaging.Kit.Kafka;

/// <summary>How the members of a consumer group share the partitions.</summary>
public enum KafkaGroupProtocol
{
    /// <summary>The members agree among themselves, cooperatively: all brokers know it.</summary>
    Classic,

    /// <summary>The broker assigns (KIP-848): quicker and smoother; needs brokers of version 4.0 or later.</summary>
    Consumer,
}
