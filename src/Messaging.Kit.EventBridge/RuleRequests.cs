using System.Text.Json;

namespace Messaging.Kit.EventBridge;

internal sealed class PutRuleRequest(EventBridgeRule rule, IReadOnlyDictionary<string, string>? tags) : EventBridgeRequest<string>("PutRule")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("Name"u8, rule.Name);
        json.WriteText("EventPattern"u8, rule.EventPattern);
        json.WriteText("State"u8, rule.State);
        json.WriteText("Description"u8, rule.Description);
        json.WriteTags(tags);
        json.WriteText("EventBusName"u8, rule.EventBusName);
    }

    protected override string Read(JsonElement answer) => answer.NeededText("RuleArn");
}

internal sealed class DescribeRuleRequest(string? bus, string name) : EventBridgeRequest<EventBridgeRule>("DescribeRule")
{
    public static EventBridgeRule ReadRule(JsonElement rule) => new(rule.NeededText("Name"))
    {
        EventBusName = rule.Text("EventBusName"u8),
        EventPattern = rule.Text("EventPattern"u8),
        Description = rule.Text("Description"u8),
        State = rule.Text("State"u8),
        Arn = rule.Text("Arn"u8),
    };

    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("Name"u8, name);
        json.WriteText("EventBusName"u8, bus);
    }

    protected override EventBridgeRule Read(JsonElement answer) => ReadRule(answer);
}

internal sealed class DeleteRuleRequest(string? bus, string name) : EventBridgeCommand("DeleteRule")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("Name"u8, name);
        json.WriteText("EventBusName"u8, bus);
    }
}

internal sealed class ListRulesRequest(string? bus, string? namePrefix, string? nextToken) : EventBridgeRequest<EventBridgePage<EventBridgeRule>>("ListRules")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("NamePrefix"u8, namePrefix);
        json.WriteText("EventBusName"u8, bus);
        json.WriteText("NextToken"u8, nextToken);
    }

    protected override EventBridgePage<EventBridgeRule> Read(JsonElement answer) =>
        new(answer.List("Rules"u8, DescribeRuleRequest.ReadRule), answer.NextToken());
}
