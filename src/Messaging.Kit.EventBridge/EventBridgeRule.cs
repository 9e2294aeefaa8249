namespace Messaging.Kit.EventBridge;

/// <summary>A rule: which events of a bus go to its targets.</summary>
/// <param name="Name">The name: up to 64 letters, digits, periods, hyphens and underscores.</param>
public sealed record EventBridgeRule(string Name)
{
    /// <summary>The bus, by name or ARN; the default bus unless set.</summary>
    public string? EventBusName { get; init; }

    /// <summary>Which events, JSON text of up to 2,048 characters unless the quota is raised.</summary>
    public string? EventPattern { get; init; }

    /// <summary>A description, up to 512 characters.</summary>
    public string? Description { get; init; }

    /// <summary><c>ENABLED</c>, which a new rule is, or <c>DISABLED</c>.</summary>
    public string? State { get; init; }

    /// <summary>The ARN; set by the service.</summary>
    public string? Arn { get; init; }
}
