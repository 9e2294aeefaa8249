using System.Text.Json.Serialization;

namespace Messaging.Kit.Load.Work;

/// <summary>Reads and writes payloads without reflection, for the kit and for its twins.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Payload))]
internal sealed partial class PayloadContext : JsonSerializerContext;
