using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Consuming;

/// <summary>A message of a source that does not deliver again: its next delivery comes from memory.</summary>
internal sealed class RepeatableDelivery(ReceivedEnvelope envelope, DeliveryOrigin origin, long receivedAt) : Delivery(envelope, origin, receivedAt)
{
    private readonly EnvelopeState _received = envelope.Save();

    /// <summary>The next delivery: of what was received, whatever has been done to it since.</summary>
    public RepeatableDelivery Again(bool hasFailed)
    {
        Envelope.Restore(_received);
        return new(Envelope, Origin, ReceivedAt) { DeliveryCount = DeliveryCount + (hasFailed ? 1 : 0), Failures = Failures };
    }
}
