using System.Text.Json;

namespace Messaging.Kit.EventBridge;

internal sealed class PutTargetsRequest(string? bus, string rule, IReadOnlyList<EventBridgeTarget> targets)
    : EventBridgeRequest<IReadOnlyList<EventBridgeTargetFailure>>("PutTargets")
{
    public static List<EventBridgeTargetFailure> ReadFailures(JsonElement answer) => answer.List(
        "FailedEntries"u8,
        failure => new EventBridgeTargetFailure(failure.Text("TargetId"u8) ?? "", failure.Text("ErrorCode"u8) ?? "", failure.Text("ErrorMessage"u8)));

    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("Rule"u8, rule);
        json.WriteText("EventBusName"u8, bus);
        json.WriteStartArray("Targets"u8);
        foreach (var target in targets)
        {
            Write(json, target);
        }

        json.WriteEndArray();
    }

    protected override IReadOnlyList<EventBridgeTargetFailure> Read(JsonElement answer) => ReadFailures(answer);

    private static void Write(Utf8JsonWriter json, EventBridgeTarget target)
    {
        json.WriteStartObject();
        json.WriteText("Id"u8, target.Id);
        json.WriteText("Arn"u8, target.Arn);
        json.WriteText("RoleArn"u8, target.RoleArn);
        json.WriteText("Input"u8, target.Input);
        json.WriteText("InputPath"u8, target.InputPath);
        if (target.InputTemplate is not null)
        {
            json.WriteStartObject("InputTransformer"u8);
            if (target.InputPaths is not null)
            {
                json.WriteStartObject("InputPathsMap"u8);
                foreach (var (name, path) in target.InputPaths)
                {
                    json.WriteString(name, path);
                }

                json.WriteEndObject();
            }

            json.WriteText("InputTemplate"u8, target.InputTemplate);
            json.WriteEndObject();
        }

        if (target.MessageGroupId is not null)
        {
            json.WriteStartObject("SqsParameters"u8);
            json.WriteText("MessageGroupId"u8, target.MessageGroupId);
            json.WriteEndObject();
        }

        if (target.DeadLetterArn is not null)
        {
            json.WriteStartObject("DeadLetterConfig"u8);
            json.WriteText("Arn"u8, target.DeadLetterArn);
            json.WriteEndObject();
        }

        if ((target.MaximumRetryAttempts ?? target.MaximumEventAgeInSeconds) is not null)
        {
            json.WriteStartObject("RetryPolicy"u8);
            json.WriteWhole("MaximumRetryAttempts"u8, target.MaximumRetryAttempts);
            json.WriteWhole("MaximumEventAgeInSeconds"u8, target.MaximumEventAgeInSeconds);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}

internal sealed class ListTargetsByRuleRequest(string? bus, string rule, string? nextToken)
    : EventBridgeRequest<EventBridgePage<EventBridgeTarget>>("ListTargetsByRule")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("Rule"u8, rule);
        json.WriteText("EventBusName"u8, bus);
        json.WriteText("NextToken"u8, nextToken);
    }

    protected override EventBridgePage<EventBridgeTarget> Read(JsonElement answer) => new(answer.List("Targets"u8, ReadTarget), answer.NextToken());

    private static EventBridgeTarget ReadTarget(JsonElement target) => new(target.NeededText("Id"), target.NeededText("Arn"))
    {
        RoleArn = target.Text("RoleArn"u8),
        Input = target.Text("Input"u8),
        InputPath = target.Text("InputPath"u8),
        InputTemplate = target.Part("InputTransformer"u8)?.Text("InputTemplate"u8),
        InputPaths = target.Part("InputTransformer"u8)?.Part("InputPathsMap"u8)?.EnumerateObject().ToDictionary(path => path.Name, path => path.Value.GetString() ?? ""),
        MessageGroupId = target.Part("SqsParameters"u8)?.Text("MessageGroupId"u8),
        DeadLetterArn = target.Part("DeadLetterConfig"u8)?.Text("Arn"u8),
        MaximumRetryAttempts = (int?)target.Part("RetryPolicy"u8)?.Whole("MaximumRetryAttempts"u8),
        MaximumEventAgeInSeconds = (int?)target.Part("RetryPolicy"u8)?.Whole("MaximumEventAgeInSeconds"u8),
    };
}

internal sealed class RemoveTargetsRequest(string? bus, string rule, IReadOnlyList<string> ids)
    : EventBridgeRequest<IReadOnlyList<EventBridgeTargetFailure>>("RemoveTargets")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("Rule"u8, rule);
        json.WriteText("EventBusName"u8, bus);
        json.WriteTexts("Ids"u8, ids);
    }

    protected override IReadOnlyList<EventBridgeTargetFailure> Read(JsonElement answer) => PutTargetsRequest.ReadFailures(answer);
}
