using System.Threading.Tasks.Sources;
using Confluent.Kafka;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Kafka;

/// <summary>
/// A message on its way to the broker, and the wait for the word on it. Used again and again; the client gets one callback for all
/// of its uses.
/// </summary>
internal sealed class KafkaSend : IValueTaskSource
{
    private readonly KafkaProducer _producer;
    private ManualResetValueTaskSourceCore<bool> _outcome = new() { RunContinuationsAsynchronously = true };

    public KafkaSend(KafkaProducer producer)
    {
        _producer = producer;
        OnReport = Conclude;
    }

    /// <summary>What the client calls with its report.</summary>
    public Action<DeliveryReport<byte[], byte[]?>> OnReport { get; }

    /// <summary>Who sends it.</summary>
    public KafkaSender Sender { get; private set; } = null!;

    /// <summary>The client that has it.</summary>
    public KafkaClient Client { get; private set; } = null!;

    /// <summary>Whether its report is still to come though nobody waits for it: then it is not used again.</summary>
    public bool IsAbandoned { get; set; }

    // The list of what is under way; guarded by the producer.
    public KafkaSend? Previous { get; set; }

    public KafkaSend? Next { get; set; }

    public bool IsUnderWay { get; set; }

    /// <summary>Completes with the broker's word. To be asked for once, and awaited.</summary>
    public ValueTask Outcome => new(this, _outcome.Version);

    public void Start(KafkaSender sender, KafkaClient client)
    {
        (Sender, Client) = (sender, client);
        sender.OnStart();
    }

    /// <summary>Ends the wait. Once: by the report, or by the end of the client.</summary>
    public void Conclude(TransportException? failure)
    {
        Sender.OnOutcome();
        if (failure is null)
        {
            _outcome.SetResult(true);
        }
        else
        {
            _outcome.SetException(failure);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _outcome.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        try
        {
            _outcome.GetResult(token);
        }
        finally
        {
            _outcome.Reset();
            _producer.Return(this);
        }
    }

    private void Conclude(DeliveryReport<byte[], byte[]?> report)
    {
        if (_producer.TryEnd(this))
        {
            Conclude(report.Error.IsError ? _producer.FailureOf(report.Error, Sender.Topic) : null);
        }
    }
}
