namespace Messaging.Kit.Transports;

/// <summary>What one call to a transport takes.</summary>
/// <param name="BatchCount">Most messages in one call; at least 1.</param>
/// <param name="BatchBytes">Most bytes of all messages in one call, counted as the transport counts.</param>
/// <param name="MessageBytes">Most bytes of one message, counted as the transport counts.</param>
public readonly record struct TransportLimits(int BatchCount, int BatchBytes, int MessageBytes);
