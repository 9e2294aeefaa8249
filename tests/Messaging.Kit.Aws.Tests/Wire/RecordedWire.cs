using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws.Tests.Wire;

/// <summary>What AWS's SDK for JavaScript sent; see record.mjs.</summary>
internal static class RecordedWire
{
    private static readonly JsonObject Record = Read();

    public static IEnumerable<string> Cases => Record["requests"]!.AsObject().Select(request => request.Key);

    public static JsonObject Request(string name) => Record["requests"]![name]!.AsObject();

    /// <summary>URLs by service, region, <c>fips</c> and <c>dual</c>.</summary>
    public static IEnumerable<(string Question, string? Url)> Endpoints =>
        Record["endpoints"]!.AsObject().Select(endpoint => (endpoint.Key, endpoint.Value?.GetValue<string>()));

    private static JsonObject Read()
    {
        using var stream = typeof(RecordedWire).Assembly.GetManifestResourceStream("wire.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
