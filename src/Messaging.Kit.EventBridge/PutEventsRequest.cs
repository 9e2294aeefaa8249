using System.Text.Json;
using System.Text.Unicode;

namespace Messaging.Kit.EventBridge;

/// <summary>The call that all messages go by.</summary>
internal sealed class PutEventsRequest(IReadOnlyList<EventBridgeEntry> entries) : EventBridgeRequest<IReadOnlyList<EventBridgeOutcome>>("PutEvents")
{
    private const int EntryOverhead = 320;

    // What the writer escapes at a time; it makes room for the worst case, six bytes for each.
    private const int Segment = 4096;

    // A JSON object within JSON grows by about a quarter.
    public override int BodyEstimate
    {
        get
        {
            var bytes = 64;
            for (var i = 0; i < entries.Count; i++)
            {
                bytes += EntryOverhead + (entries[i].Detail.Length * 5 / 4);
            }

            return bytes;
        }
    }

    protected override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("Entries"u8);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            json.WriteStartObject();
            json.WriteTime("Time"u8, entry.Time);
            json.WriteString("Source"u8, entry.Source);
            json.WriteTexts("Resources"u8, entry.Resources);
            json.WriteString("DetailType"u8, entry.DetailType);
            WriteDetail(json, entry.Detail.Span);
            json.WriteText("EventBusName"u8, entry.EventBusName);
            json.WriteText("TraceHeader"u8, entry.TraceHeader);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    protected override IReadOnlyList<EventBridgeOutcome> Read(ReadOnlyMemory<byte> body)
    {
        List<EventBridgeOutcome>? outcomes = null;
        var failed = default(int?);
        try
        {
            var json = new Utf8JsonReader(body.Span);
            _ = json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("The answer to PutEvents is no JSON object.");
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isEntries, isCount) = (json.ValueTextEquals("Entries"u8), json.ValueTextEquals("FailedEntryCount"u8));
                _ = json.Read();
                if (isCount && json.TokenType == JsonTokenType.Number)
                {
                    failed = json.GetInt32();
                }
                else if (isEntries && json.TokenType == JsonTokenType.StartArray)
                {
                    outcomes = ReadOutcomes(ref json);
                }
                else
                {
                    json.Skip();
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The answer to PutEvents cannot be read: {exception.Message}", exception);
        }

        // They are told apart by their place and by nothing else.
        if (outcomes?.Count != entries.Count)
        {
            throw new FormatException($"The answer has outcomes of {outcomes?.Count ?? 0} events, and there were {entries.Count}.");
        }

        var named = outcomes.Count(outcome => outcome.ErrorCode is not null);
        return failed is null || failed <= named
            ? outcomes
            : throw new FormatException($"The answer says that {failed} events failed, and names {named}.");
    }

    protected override IReadOnlyList<EventBridgeOutcome> Read(JsonElement answer) => throw new NotSupportedException();

    private static void WriteDetail(Utf8JsonWriter json, ReadOnlySpan<byte> detail)
    {
        if (!Utf8.IsValid(detail))
        {
            throw new ArgumentException("A detail is not UTF-8.", nameof(detail));
        }

        json.WritePropertyName("Detail"u8);
        while (detail.Length > Segment)
        {
            json.WriteStringValueSegment(detail[..Segment], isFinalSegment: false);
            detail = detail[Segment..];
        }

        json.WriteStringValueSegment(detail, isFinalSegment: true);
    }

    private List<EventBridgeOutcome> ReadOutcomes(ref Utf8JsonReader json)
    {
        var outcomes = new List<EventBridgeOutcome>(entries.Count);
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var outcome = default(EventBridgeOutcome);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isId, isCode, isMessage) = (json.ValueTextEquals("EventId"u8), json.ValueTextEquals("ErrorCode"u8), json.ValueTextEquals("ErrorMessage"u8));
                _ = json.Read();
                if (isId)
                {
                    outcome = outcome with { EventId = json.GetString() };
                }
                else if (isCode)
                {
                    outcome = outcome with { ErrorCode = json.GetString() };
                }
                else if (isMessage)
                {
                    outcome = outcome with { ErrorMessage = json.GetString() };
                }
                else
                {
                    json.Skip();
                }
            }

            outcomes.Add(outcome);
        }

        return outcomes;
    }
}
