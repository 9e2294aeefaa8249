namespace Messaging.Kit.Routing.Templates;

/// <summary>Names of placeholders that need no path.</summary>
internal static class Reserved
{
    public const string RuleArn = "aws.events.rule-arn";
    public const string RuleName = "aws.events.rule-name";
    public const string IngestionTime = "aws.events.event.ingestion-time";

    /// <summary>The event without its detail.</summary>
    public const string Event = "aws.events.event";

    /// <summary>The whole event.</summary>
    public const string WholeEvent = "aws.events.event.json";

    /// <summary>How all of them begin.</summary>
    public const string Prefix = "aws.";

    public static bool Contains(string name) => name is RuleArn or RuleName or IngestionTime || IsObject(name);

    public static bool IsObject(string name) => name is Event or WholeEvent;
}
