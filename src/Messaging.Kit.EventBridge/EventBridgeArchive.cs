namespace Messaging.Kit.EventBridge;

/// <summary>An archive: events of a bus, kept to be put again.</summary>
/// <param name="Name">The name: up to 48 letters, digits, periods, hyphens and underscores.</param>
public sealed record EventBridgeArchive(string Name)
{
    /// <summary>The ARN of the bus; needed to create it.</summary>
    public string? EventSourceArn { get; init; }

    /// <summary>A description, up to 512 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Which events, JSON text; all of them unless set.</summary>
    public string? EventPattern { get; init; }

    /// <summary>For how many days events are kept; 0, and nothing, for ever.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>The ARN; set by the service.</summary>
    public string? Arn { get; init; }

    /// <summary>Set by the service: <c>ENABLED</c>, <c>DISABLED</c>, <c>CREATING</c>, <c>UPDATING</c>, <c>CREATE_FAILED</c> or <c>UPDATE_FAILED</c>.</summary>
    public string? State { get; init; }

    /// <summary>How many events are in it; set by the service, which counts them late.</summary>
    public long EventCount { get; init; }
}
