using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messaging.Kit.Aws;

namespace Messaging.Kit.EventBridge;

/// <summary>A call in the JSON protocol.</summary>
/// <typeparam name="TAnswer">What it answers.</typeparam>
/// <param name="operation">What AWS calls it.</param>
internal abstract class EventBridgeRequest<TAnswer>(string operation) : AwsRequest<TAnswer>(operation)
{
    // What an HTML page would have escaped stays as it is: a JSON detail within JSON would grow by five bytes for each of its quotes.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public sealed override void WriteBody(IBufferWriter<byte> body)
    {
        using var json = new Utf8JsonWriter(body, Options);
        json.WriteStartObject();
        Write(json);
        json.WriteEndObject();
    }

    /// <summary>The body as JSON, for what else is said in the words of the service.</summary>
    public JsonObject ToJson()
    {
        var body = new ArrayBufferWriter<byte>();
        WriteBody(body);
        return JsonNode.Parse(body.WrittenSpan)!.AsObject();
    }

    protected abstract void Write(Utf8JsonWriter json);

    protected override TAnswer Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : throw new FormatException($"The answer to {Operation} is no JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"The answer to {Operation} cannot be read: {exception.Message}", exception);
        }
    }

    protected abstract TAnswer Read(JsonElement answer);
}

/// <summary>A call whose answer says that it has worked, and nothing else.</summary>
/// <param name="operation">What AWS calls it.</param>
internal abstract class EventBridgeCommand(string operation) : EventBridgeRequest<bool>(operation)
{
    protected sealed override bool Read(ReadOnlyMemory<byte> body) => body.IsEmpty || base.Read(body);

    protected sealed override bool Read(JsonElement answer) => true;
}
