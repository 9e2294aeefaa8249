using System.Text.Json;

namespace Messaging.Kit.EventBridge;

internal sealed class CreateArchiveRequest(EventBridgeArchive archive) : EventBridgeRequest<string>("CreateArchive")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("ArchiveName"u8, archive.Name);
        json.WriteText("EventSourceArn"u8, archive.EventSourceArn);
        json.WriteText("Description"u8, archive.Description);
        json.WriteText("EventPattern"u8, archive.EventPattern);
        json.WriteWhole("RetentionDays"u8, archive.RetentionDays);
    }

    protected override string Read(JsonElement answer) => answer.NeededText("ArchiveArn");
}

internal sealed class DescribeArchiveRequest(string name) : EventBridgeRequest<EventBridgeArchive>("DescribeArchive")
{
    protected override void Write(Utf8JsonWriter json) => json.WriteText("ArchiveName"u8, name);

    protected override EventBridgeArchive Read(JsonElement answer) => new(answer.NeededText("ArchiveName"))
    {
        EventSourceArn = answer.Text("EventSourceArn"u8),
        Description = answer.Text("Description"u8),
        EventPattern = answer.Text("EventPattern"u8),
        RetentionDays = (int?)answer.Whole("RetentionDays"u8),
        Arn = answer.Text("ArchiveArn"u8),
        State = answer.Text("State"u8),
        EventCount = answer.Whole("EventCount"u8) ?? 0,
    };
}

internal sealed class UpdateArchiveRequest(EventBridgeArchive archive) : EventBridgeCommand("UpdateArchive")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("ArchiveName"u8, archive.Name);
        json.WriteText("Description"u8, archive.Description);
        json.WriteText("EventPattern"u8, archive.EventPattern);
        json.WriteWhole("RetentionDays"u8, archive.RetentionDays);
    }
}

internal sealed class DeleteArchiveRequest(string name) : EventBridgeCommand("DeleteArchive")
{
    protected override void Write(Utf8JsonWriter json) => json.WriteText("ArchiveName"u8, name);
}

internal sealed class StartReplayRequest(EventBridgeReplay replay) : EventBridgeRequest<string>("StartReplay")
{
    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteText("ReplayName"u8, replay.Name);
        json.WriteText("Description"u8, replay.Description);
        json.WriteText("EventSourceArn"u8, replay.ArchiveArn);
        json.WriteTime("EventStartTime"u8, replay.StartTime);
        json.WriteTime("EventEndTime"u8, replay.EndTime);
        json.WriteStartObject("Destination"u8);
        json.WriteText("Arn"u8, replay.DestinationArn);
        json.WriteTexts("FilterArns"u8, replay.FilterArns);
        json.WriteEndObject();
    }

    protected override string Read(JsonElement answer) => answer.NeededText("ReplayArn");
}

internal sealed class DescribeReplayRequest(string name) : EventBridgeRequest<EventBridgeReplay>("DescribeReplay")
{
    protected override void Write(Utf8JsonWriter json) => json.WriteText("ReplayName"u8, name);

    protected override EventBridgeReplay Read(JsonElement answer) => new(
        answer.NeededText("ReplayName"),
        answer.Text("EventSourceArn"u8) ?? "",
        answer.Part("Destination"u8)?.Text("Arn"u8) ?? "",
        answer.Time("EventStartTime"u8),
        answer.Time("EventEndTime"u8))
    {
        Description = answer.Text("Description"u8),
        FilterArns = answer.Part("Destination"u8)?.List("FilterArns"u8, arn => arn.GetString() ?? "") is { Count: > 0 } filters ? filters : null,
        Arn = answer.Text("ReplayArn"u8),
        State = answer.Text("State"u8),
        StateReason = answer.Text("StateReason"u8),
    };
}
