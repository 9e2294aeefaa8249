using Confluent.Kafka;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>One transaction: the messages that were handed out in it, and what their handlers publish.</summary>
/// <remarks>Its counts are guarded by <see cref="KafkaTransactions"/>.</remarks>
internal sealed class KafkaTransaction(KafkaTransactions owner, KafkaClient client)
{
    private static readonly AsyncLocal<KafkaTransaction?> Ambient = new();

    private bool _isRefused;

    /// <summary>The transaction of the message whose handler this is, if there is one.</summary>
    public static KafkaTransaction? Current => Ambient.Value;

    /// <summary>The client that has begun it: what is published with another is not part of it.</summary>
    public KafkaClient Client => client;

    /// <summary>Who is publishing in it: nothing is added to one that ends, nor to the next.</summary>
    public KafkaCalls Calls { get; } = new();

    /// <summary>Most messages that may still be handed out in it.</summary>
    public int Room { get; set; }

    /// <summary>How many messages were handed out in it.</summary>
    public int HandedOut { get; set; }

    /// <summary>How many of them are with the consumer.</summary>
    public int Outstanding { get; set; }

    /// <summary>When the first was handed out.</summary>
    public long Since { get; set; }

    /// <summary>When the last one was settled.</summary>
    public long Until { get; set; }

    /// <summary>Whether a message of it failed.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Whether all of it is to be undone.</summary>
    public bool IsDoomed { get; set; }

    /// <summary>Whether it has been ended, or is being ended.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Lets nothing be added to it any more.</summary>
    public void Close()
    {
        IsOver = true;
        Calls.Close();
    }

    /// <summary>Makes it the ambient one, for the handler that is about to begin.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>The message of it that was settled last.</summary>
    public KafkaReceivedEnvelope? Last { get; private set; }

    /// <summary>Whether the brokers have refused for good what was published in it: it cannot be committed, whatever the handler made of that.</summary>
    public bool IsRefused { get => Volatile.Read(ref _isRefused); private set => Volatile.Write(ref _isRefused, value); }

    /// <summary>Notes what became of a message.</summary>
    public void Settle(KafkaReceivedEnvelope message, bool isAck)
    {
        Last = message;
        owner.Settle(this, isAck);
    }

    /// <summary>Notes what became of something that was published in it.</summary>
    public void NoteOutcome(TransportException? failure) => IsRefused |= failure is { Kind: not (FailureKind.Transient or FailureKind.Throttled) };

    /// <summary>Hands what a handler publishes to the transaction's own client.</summary>
    public bool TryPost(KafkaSender sender, Message<byte[], byte[]?> message, ISendReceipt receipt) =>
        owner.Brokers.Equals(sender.Brokers, StringComparison.Ordinal)
            ? owner.Producer.TryPost(sender, message, this, receipt)
            : throw new TransportException(
                FailureKind.Permanent,
                $"'{sender.Topic}' has other brokers than '{owner.Topic}', whose messages are handled exactly once: one transaction cannot cover both. Name both by the same BootstrapServers.");

    /// <summary>Says that a message has come too late.</summary>
    public static TransportException TooLate(string topic) => new(
        FailureKind.Permanent,
        $"The transaction in which '{topic}' was to be published to has ended. Await what a handler publishes before it returns; what is to go on after it starts without its context (ExecutionContext.SuppressFlow).");
}
