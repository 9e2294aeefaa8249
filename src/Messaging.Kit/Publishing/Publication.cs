using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Publishing;

/// <summary>A message on its way out, and the turn of its key: held until those behind it cannot overtake any more.</summary>
internal abstract class Publication(Envelope envelope, TransportEndpoint destination) : PublishContext(envelope, destination)
{
    private KeyGate? _turn;

    /// <summary>Where the turn of the key is held, where there is one.</summary>
    public KeyGate? Turn { init => _turn = value; }

    /// <summary>What it is published together with, if anything.</summary>
    public PublishSequence? Sequence { get; init; }

    /// <summary>Lets the next message of the key go. Once: a further call changes nothing.</summary>
    public void EndTurn() => Interlocked.Exchange(ref _turn, null)?.Exit(Envelope.Key!);
}
