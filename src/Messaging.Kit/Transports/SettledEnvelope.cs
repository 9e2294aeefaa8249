using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>A delivered envelope and what becomes of it.</summary>
/// <param name="Envelope">The envelope, as the receiver returned it.</param>
/// <param name="Settlement">What becomes of it.</param>
public readonly record struct SettledEnvelope(ReceivedEnvelope Envelope, Settlement Settlement);
