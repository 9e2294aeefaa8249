using System.Text.Json;
using System.Text.Json.Nodes;
using Messaging.Kit.Aws;
using Messaging.Kit.Routing;

namespace Messaging.Kit.Sns;

/// <summary>A filter policy and what it looks at, as a subscription says it or as it follows from its pattern for events.</summary>
/// <param name="Policy">The policy, in SNS's form.</param>
/// <param name="Scope">What it looks at.</param>
internal sealed record SnsFilter(EventPattern Policy, SnsFilterScope Scope)
{
    private const string Or = "$or";
    private const string Detail = "detail";
    private const string Id = "id";

    // As deep as patterns may be nested, and more. How deep SNS takes them is another question.
    private static readonly JsonDocumentOptions JsonOptions = new() { AllowDuplicateProperties = false, MaxDepth = 1_000 };

    // What an event has, and where a message has it on SNS: in its body, a CloudEvent, and the first two as attributes too.
    private static readonly Dictionary<string, string> Names = new() { ["source"] = "source", ["detail-type"] = "type", [Id] = "id", [Detail] = "data" };

    /// <summary>The filter of a subscription; <see langword="null"/> when it has none, or one that cannot be said (<see cref="Faults"/>).</summary>
    public static SnsFilter? Of(SnsSubscriptionOptions options)
    {
        if (options.Filter is not { } filter)
        {
            return options.FilterPolicy is { } policy ? new(policy, options.FilterScope) : null;
        }

        if (Read(filter) is not { } pattern)
        {
            return null;
        }

        var fields = FieldsOf(pattern).ToHashSet();
        if (!fields.All(Names.ContainsKey) || HasDots(pattern))
        {
            return null;
        }

        // Attributes are there whatever the body is like, and cost SNS nothing to look at; id and body are in the body only. Texts with escapes in them
        // would have to be escaped once more for attributes.
        var scope = fields.Contains(Detail) || fields.Contains(Id) || filter.Json.Contains('\\', StringComparison.Ordinal) ? SnsFilterScope.Body : SnsFilterScope.Attributes;
        return new(EventPattern.Parse(JsonText.Of(Translate(pattern))), scope);
    }

    /// <summary>Why SNS cannot filter like that, all of it.</summary>
    public static IEnumerable<string> Faults(SnsSubscriptionOptions options)
    {
        if (options is { Filter: not null, FilterPolicy: not null })
        {
            return ["Filter and FilterPolicy are both set. Use one of them."];
        }

        if (Of(options) is { } filter)
        {
            var dialect = filter.Scope == SnsFilterScope.Body ? EventPatternDialect.SnsMessageBody : EventPatternDialect.SnsMessageAttributes;
            var name = options.Filter is null ? nameof(options.FilterPolicy) : nameof(options.Filter);
            return filter.Policy.FindFaults(dialect).Select(fault => $"{name} is '{options.Filter ?? options.FilterPolicy}': {fault}");
        }

        return options.Filter is not { } pattern ? []
            : Read(pattern) is not { } fields ? [$"Filter is '{pattern}', which names a field twice. Name it once."]
            : HasDots(fields) ? [$"Filter is '{pattern}': SNS does not say that a dot in a name means a field below another. Write those as objects."]
            : FieldsOf(fields).Where(field => !Names.ContainsKey(field)).Distinct().Select(field =>
                $"Filter is '{pattern}': messages of SNS have no '{field}'. Filter by {string.Join(", ", Names.Keys)}, or use FilterPolicy.");
    }

    private static bool HasDots(JsonObject pattern) => pattern.Any(field => field.Key.Contains('.', StringComparison.Ordinal)
        || (field.Value is JsonObject below && HasDots(below)) || (BranchesOf(field) is { } branches && branches.Any(HasDots)));

    private static JsonObject? Read(EventPattern pattern)
    {
        try
        {
            return JsonNode.Parse(pattern.Json, documentOptions: JsonOptions)!.AsObject();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> FieldsOf(JsonObject pattern) =>
        pattern.SelectMany(field => BranchesOf(field) is { } branches ? branches.SelectMany(FieldsOf) : [field.Key]);

    private static JsonObject Translate(JsonObject pattern) => new(pattern.Select(field => BranchesOf(field) is { } branches
        ? KeyValuePair.Create(Or, (JsonNode?)new JsonArray([.. branches.Select(Translate)]))
        : KeyValuePair.Create(Names[field.Key], field.Value?.DeepClone())));

    // An array of objects is a choice between patterns; any other one under this name would be a field of that name.
    private static IReadOnlyList<JsonObject>? BranchesOf(KeyValuePair<string, JsonNode?> field) =>
        field is { Key: Or, Value: JsonArray { Count: > 1 } branches } && branches.All(branch => branch is JsonObject) ? [.. branches.OfType<JsonObject>()] : null;
}
