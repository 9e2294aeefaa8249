using Confluent.Kafka;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>A message on its way to the broker. Used again and again; the client gets one callback for all of its uses.</summary>
/// <remarks>All that can be set is guarded by the producer.</remarks>
internal sealed class KafkaSend
{
    public KafkaSend(KafkaProducer producer) => OnReport = report => producer.End(this, report.Error);

    /// <summary>What the client calls with its report.</summary>
    public Action<DeliveryReport<byte[], byte[]?>> OnReport { get; }

    /// <summary>Who sends it.</summary>
    public KafkaSender Sender { get; private set; } = null!;

    /// <summary>The client that has it.</summary>
    public KafkaClient Client { get; private set; } = null!;

    /// <summary>The transaction that it is a part of, if it is part of one.</summary>
    public KafkaTransaction? Transaction { get; set; }

    /// <summary>Who is to hear of it.</summary>
    public ISendReceipt Receipt { get; private set; } = null!;

    /// <summary>Whether nobody has told its outcome yet.</summary>
    public bool IsUnderWay { get; set; }

    // Its place among those that are under way, or that are free.
    public KafkaSend? Previous { get; set; }

    public KafkaSend? Next { get; set; }

    public void Start(KafkaSender sender, KafkaClient client, KafkaTransaction? transaction, ISendReceipt receipt) =>
        (Sender, Client, Transaction, Receipt) = (sender, client, transaction, receipt);
}
