namespace Messaging.Kit.EventBridge;

/// <summary>A bus.</summary>
/// <param name="Name">The name.</param>
/// <param name="Arn">The ARN.</param>
public sealed record EventBridgeBus(string Name, string Arn)
{
    /// <summary>The description, if it has one.</summary>
    public string? Description { get; init; }

    /// <summary>The key that encrypts its events, where it is not AWS's own.</summary>
    public string? KmsKeyIdentifier { get; init; }

    /// <summary>The policy that lets others put events, JSON text.</summary>
    public string? Policy { get; init; }
}
