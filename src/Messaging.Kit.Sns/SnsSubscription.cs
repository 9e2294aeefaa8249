namespace Messaging.Kit.Sns;

/// <summary>A subscription of a topic.</summary>
/// <param name="Arn">Its ARN, or <c>PendingConfirmation</c> or <c>Deleted</c>.</param>
/// <param name="Protocol">The kind of endpoint, <c>sqs</c> for a queue.</param>
/// <param name="Endpoint">The endpoint; for a queue its ARN.</param>
public sealed record SnsSubscription(string Arn, string Protocol, string Endpoint);
