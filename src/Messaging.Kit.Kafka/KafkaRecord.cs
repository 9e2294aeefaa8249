using Confluent.Kafka;

namespace Messaging.Kit.Kafka;

/// <summary>What has been read and not been handed out: as the client gave it, so that the thread that polls has little to do with it.</summary>
/// <param name="Content">The client's message.</param>
/// <param name="Partition">The partition, for as long as this member has it.</param>
/// <param name="Position">Its number among those that this member has read from the partition.</param>
/// <param name="Transaction">The transaction in which it is handed out, where there are transactions.</param>
internal readonly record struct KafkaRecord(ConsumeResult<KafkaKey, byte[]?> Content, KafkaPartition Partition, long Position = 0, KafkaTransaction? Transaction = null)
{
    public int Bytes => Content.Message.Value?.Length ?? 0;
}
