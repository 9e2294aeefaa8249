namespace Messaging.Kit.EventBridge;

/// <summary>What became of an event that was put.</summary>
/// <param name="EventId">Its id in EventBridge, which its deliveries carry; <see langword="null"/> when it was refused.</param>
/// <param name="ErrorCode">Why it was refused, such as <c>MalformedDetail</c>; <see langword="null"/> when it was accepted, and only then.</param>
/// <param name="ErrorMessage">The service's text on that.</param>
public readonly record struct EventBridgeOutcome(string? EventId, string? ErrorCode = null, string? ErrorMessage = null);
