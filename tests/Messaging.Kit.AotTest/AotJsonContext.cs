using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messaging.Kit.AotTest;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OrderPlaced))]
internal sealed partial class AotJsonContext : JsonSerializerContext;
