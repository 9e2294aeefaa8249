using System.Text.Json.Serialization;

namespace Messaging.Kit.Load;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Payload))]
internal sealed partial class PayloadContext : JsonSerializerContext;
