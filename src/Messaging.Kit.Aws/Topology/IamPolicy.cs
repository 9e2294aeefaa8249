using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws.Topology;

/// <summary>What a document allows the host, as a policy of IAM.</summary>
internal static class IamPolicy
{
    /// <summary>The policy, its ARNs as the document has them.</summary>
    public static JsonObject Of(TopologyDocument document) => new()
    {
        ["Version"] = "2012-10-17",
        ["Statement"] = new JsonArray([.. document.Statements.Select(statement => statement.Value.ToJson(statement.Key))]),
    };
}
