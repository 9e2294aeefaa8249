using System.Text.Json;

namespace Messaging.Kit.EventBridge;

internal sealed class DescribeEventBusRequest(string? bus) : EventBridgeRequest<EventBridgeBus>("DescribeEventBus")
{
    protected override void Write(Utf8JsonWriter json) => json.WriteText("Name"u8, bus);

    protected override EventBridgeBus Read(JsonElement answer) => new(answer.NeededText("Name"), answer.NeededText("Arn"))
    {
        Description = answer.Text("Description"u8),
        KmsKeyIdentifier = answer.Text("KmsKeyIdentifier"u8),
        Policy = answer.Text("Policy"u8),
    };
}

internal sealed class CreateEventBusRequest(string name, string? description, string? kmsKeyIdentifier, IReadOnlyDictionary<string, string>? tags)
    : EventBridgeRequest<string>("CreateEventBus")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("Name"u8, name);
        json.WriteText("Description"u8, description);
        json.WriteText("KmsKeyIdentifier"u8, kmsKeyIdentifier);
        json.WriteTags(tags);
    }

    protected override string Read(JsonElement answer) => answer.NeededText("EventBusArn");
}

internal sealed class DeleteEventBusRequest(string name) : EventBridgeCommand("DeleteEventBus")
{
    protected override void Write(Utf8JsonWriter json) => json.WriteText("Name"u8, name);
}
