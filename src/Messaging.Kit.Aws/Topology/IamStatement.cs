using System.Text.Json.Nodes;

namespace Messaging.Kit.Aws.Topology;

/// <summary>What the host may do for one purpose, and to what.</summary>
/// <param name="Actions">The actions.</param>
/// <param name="Condition">When it may; always when there is none.</param>
internal sealed record IamStatement(IReadOnlyList<string> Actions, JsonObject? Condition)
{
    /// <summary>The resource of actions that know no other.</summary>
    public const string Everything = "*";

    /// <summary>ARNs; <see cref="Everything"/> goes before all others.</summary>
    public SortedSet<string> Resources { get; } = new(StringComparer.Ordinal);

    /// <summary>The statement.</summary>
    /// <param name="purpose">What it is called in its policy.</param>
    public JsonObject ToJson(string purpose)
    {
        var statement = new JsonObject
        {
            ["Sid"] = purpose,
            ["Effect"] = "Allow",
            ["Action"] = new JsonArray([.. Actions.Select(action => (JsonNode)action)]),
            ["Resource"] = Resources.Contains(Everything) ? Everything : new JsonArray([.. Resources.Select(resource => (JsonNode)resource)]),
        };
        if (Condition is not null)
        {
            statement[nameof(Condition)] = Condition.DeepClone();
        }

        return statement;
    }
}
