namespace Messaging.Kit.Routing;

/// <summary>What a template may name besides the event.</summary>
/// <param name="RuleArn">The ARN of the rule, for <c>aws.events.rule-arn</c>.</param>
/// <param name="RuleName">The name of the rule, for <c>aws.events.rule-name</c>.</param>
/// <param name="IngestionTime">When the bus received the event, for <c>aws.events.event.ingestion-time</c>; written in UTC with whole seconds.</param>
public readonly record struct TransformContext(string RuleArn, string RuleName, DateTimeOffset IngestionTime);
