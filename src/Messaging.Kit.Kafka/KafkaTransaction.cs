using Confluent.Kafka;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Kafka;

/// <summary>One transaction: the messages that were handed out in it, and what their handlers publish.</summary>
/// <remarks>Its counts are guarded by <see cref="KafkaTransactions"/>.</remarks>
internal sealed class KafkaTransaction(KafkaTransactions owner)
{
    private static readonly AsyncLocal<KafkaTransaction?> Ambient = new();

    private volatile bool _isOver;

    /// <summary>The transaction of the message whose handler this is, if there is one.</summary>
    public static KafkaTransaction? Current => Ambient.Value;

    /// <summary>Most messages that may still be handed out in it.</summary>
    public int Room { get; set; }

    /// <summary>How many messages were handed out in it.</summary>
    public int HandedOut { get; set; }

    /// <summary>How many of them are with the consumer.</summary>
    public int Outstanding { get; set; }

    /// <summary>When the first was handed out.</summary>
    public long Since { get; set; }

    /// <summary>Whether a message of it failed, so that all of it is undone.</summary>
    public bool IsDoomed { get; set; }

    /// <summary>Whether it has been ended, or is being ended: nothing can be added to it.</summary>
    public bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }

    /// <summary>Makes it the ambient one, for the handler that is about to begin.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>Notes what became of a message.</summary>
    public void Settle(bool isAck) => owner.Settle(this, isAck);

    /// <summary>Hands what a handler publishes to the transaction's own client.</summary>
    public ValueTask<ValueTask> PostAsync(KafkaSender sender, Message<byte[], byte[]?> message, CancellationToken cancellationToken)
    {
        if (!owner.Brokers.Equals(sender.Brokers, StringComparison.Ordinal))
        {
            return Refuse($"'{sender.Topic}' has other brokers than '{owner.Topic}', whose messages are handled exactly once: one transaction cannot cover both. Name both by the same BootstrapServers.");
        }

        return IsOver
            ? Refuse($"The transaction in which '{sender.Topic}' was to be published to has ended. Await what a handler publishes before it returns.")
            : owner.Producer.PostAsync(sender, message, cancellationToken);
    }

    private static ValueTask<ValueTask> Refuse(string why) => ValueTask.FromException<ValueTask>(new TransportException(FailureKind.Permanent, why));
}
