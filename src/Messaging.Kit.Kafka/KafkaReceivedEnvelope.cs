using Messaging.Kit.Messages;

namespace Messaging.Kit.Kafka;

/// <summary>A message with its place in the log.</summary>
internal sealed class KafkaReceivedEnvelope : ReceivedEnvelope
{
    public KafkaReceivedEnvelope(byte[] id, string type, ReadOnlyMemory<byte> body, in KafkaRecord record)
        : base(id, type, body)
    {
        (Partition, Offset, Position, Transaction) = (record.Partition, record.Content.Offset.Value, record.Position, record.Transaction);
        Key = record.Content.Message.Key.Text;
    }

    public KafkaReceivedEnvelope(Envelope content, in KafkaRecord record)
        : base(content)
    {
        (Partition, Offset, Position, Transaction) = (record.Partition, record.Content.Offset.Value, record.Position, record.Transaction);
        Key = record.Content.Message.Key.Text ?? content.Key;
    }

    /// <summary>The partition, for as long as this member has it.</summary>
    public KafkaPartition Partition { get; }

    public long Offset { get; }

    /// <summary>Its number among those that this member has read from the partition.</summary>
    public long Position { get; }

    public bool IsSettled { get; set; }

    /// <summary>The transaction in which it was handed out, where there are transactions.</summary>
    public KafkaTransaction? Transaction { get; }

    public override string? Lane => Partition.Lane ?? Key;

    public override bool IsTakenBack => Partition.IsRevoked || Partition.IsLost;

    public override void OnHandling() => Transaction?.Enter();
}
