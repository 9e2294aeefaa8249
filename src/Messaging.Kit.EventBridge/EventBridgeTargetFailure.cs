namespace Messaging.Kit.EventBridge;

/// <summary>A target that could not be added or taken away.</summary>
/// <param name="TargetId">Its id.</param>
/// <param name="ErrorCode">Why, such as <c>ConcurrentModificationException</c>.</param>
/// <param name="ErrorMessage">The service's text on that.</param>
public sealed record EventBridgeTargetFailure(string TargetId, string ErrorCode, string? ErrorMessage);
