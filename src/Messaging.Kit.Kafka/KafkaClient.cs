using Confluent.Kafka;

namespace Messaging.Kit.Kafka;

/// <summary>A client that writes.</summary>
internal sealed class KafkaClient(IProducer<byte[], byte[]?> producer) : IDisposable
{
    /// <summary>The client itself.</summary>
    public IProducer<byte[], byte[]?> Producer => producer;

    /// <summary>Who is in a call of it: the native client does not protect itself.</summary>
    public KafkaCalls Calls { get; } = new();

    public void Dispose()
    {
        Calls.Close();
        producer.Dispose();
    }
}
