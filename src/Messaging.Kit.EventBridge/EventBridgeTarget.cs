namespace Messaging.Kit.EventBridge;

/// <summary>Where a rule sends its events, and what it sends. Of input, path and template at most one is set; without, it is the whole event.</summary>
/// <param name="Id">The id, one of its kind in the rule: up to 64 letters, digits, periods, hyphens and underscores.</param>
/// <param name="Arn">The target's ARN.</param>
public sealed record EventBridgeTarget(string Id, string Arn)
{
    /// <summary>The role that EventBridge takes on for it, where the target has no policy of its own.</summary>
    public string? RoleArn { get; init; }

    /// <summary>A JSON text that is sent whatever the event is, up to 8,192 characters.</summary>
    public string? Input { get; init; }

    /// <summary>The part of the event that is sent, a JSON path of up to 256 characters.</summary>
    public string? InputPath { get; init; }

    /// <summary>A text that is sent, up to 8,192 characters, with <c>&lt;name&gt;</c> for values of the event.</summary>
    public string? InputTemplate { get; init; }

    /// <summary>The values of the template by name, up to 100, as JSON paths in the event.</summary>
    public IReadOnlyDictionary<string, string>? InputPaths { get; init; }

    /// <summary>The message group of what is sent, for a FIFO queue.</summary>
    public string? MessageGroupId { get; init; }

    /// <summary>The queue for events that could not be sent.</summary>
    public string? DeadLetterArn { get; init; }

    /// <summary>How often sending is tried again, 0 to 185; 185 unless set.</summary>
    public int? MaximumRetryAttempts { get; init; }

    /// <summary>How old an event may get while sending is tried again, 60 to 86,400 seconds; 86,400 unless set.</summary>
    public int? MaximumEventAgeInSeconds { get; init; }
}
