namespace Messaging.Kit.EventBridge;

/// <summary>A replay: events of an archive that are put again.</summary>
/// <param name="Name">The name: up to 64 letters, digits, periods, hyphens and underscores.</param>
/// <param name="ArchiveArn">The archive.</param>
/// <param name="DestinationArn">The bus, which must be the archive's own.</param>
/// <param name="StartTime">The time of the first events, in whole seconds.</param>
/// <param name="EndTime">The time of the last, in whole seconds.</param>
public sealed record EventBridgeReplay(string Name, string ArchiveArn, string DestinationArn, DateTimeOffset StartTime, DateTimeOffset EndTime)
{
    /// <summary>A description, up to 512 characters.</summary>
    public string? Description { get; init; }

    /// <summary>The ARNs of the rules that see the events; all of them unless set.</summary>
    public IReadOnlyList<string>? FilterArns { get; init; }

    /// <summary>The ARN; set by the service.</summary>
    public string? Arn { get; init; }

    /// <summary>Set by the service: <c>STARTING</c>, <c>RUNNING</c>, <c>CANCELLING</c>, <c>COMPLETED</c>, <c>CANCELLED</c> or <c>FAILED</c>.</summary>
    public string? State { get; init; }

    /// <summary>Why it is in that state; set by the service.</summary>
    public string? StateReason { get; init; }
}
