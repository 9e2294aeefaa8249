using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messaging.Kit.Aws;

namespace Messaging.Kit.Sqs;

/// <summary>Reads and writes the policy of a queue: who may send to it.</summary>
/// <param name="Service">The service that sends, such as <c>sns.amazonaws.com</c>.</param>
/// <param name="QueueArn">The queue.</param>
/// <param name="SourceArn">What sends on the service's behalf: a topic, a rule. Nothing else may.</param>
internal sealed record SqsPolicy(string Service, string QueueArn, string SourceArn)
{
    private const string SourceArnKey = "aws:SourceArn";
    private const string SourceAccountKey = "aws:SourceAccount";

    // The one that knows no wildcards.
    private const string Exact = "StringEquals";

    private static readonly string[] Operators = ["ArnEquals", "ArnLike", Exact, "StringLike"];

    /// <summary>The statement that allows it, and no more than it.</summary>
    public JsonObject Statement => new()
    {
        ["Effect"] = "Allow",
        ["Principal"] = new JsonObject { [nameof(Service)] = Service },
        ["Action"] = "sqs:SendMessage",
        ["Resource"] = QueueArn,
        ["Condition"] = new JsonObject { ["ArnEquals"] = new JsonObject { [SourceArnKey] = SourceArn } },
    };

    /// <summary>Whether a statement of a policy allows it. One with conditions that the kit does not know does not count.</summary>
    public bool IsAllowedBy(string? policy)
    {
        try
        {
            var statements = Items(policy is { Length: > 0 } ? JsonNode.Parse(policy)?[nameof(Statement)] : null);
            return statements.Any(Allows) && !statements.Any(Denies);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A policy with the statement added; all that was in it stays. <see langword="null"/> when it cannot be read.</summary>
    public string? AddTo(string? policy)
    {
        JsonNode? root;
        try
        {
            root = string.IsNullOrWhiteSpace(policy) ? new JsonObject { ["Version"] = "2012-10-17" } : JsonNode.Parse(policy);
        }
        catch (JsonException)
        {
            return null;
        }

        if (root is not JsonObject document)
        {
            return null;
        }

        document[nameof(Statement)] = new JsonArray([.. Items(document[nameof(Statement)]).Select(statement => statement?.DeepClone()), Statement]);
        return JsonText.Of(document);
    }

    private bool Allows(JsonNode? statement) =>
        IsAbout(statement, "Allow") && (statement!["Condition"] is not JsonObject conditions || conditions.All(Holds));

    // One with conditions is about something else as a rule, such as calls without TLS.
    private bool Denies(JsonNode? statement) => IsAbout(statement, "Deny") && statement!["Condition"] is null;

    private bool IsAbout(JsonNode? statement, string effect) =>
        statement is JsonObject
        && (string?)statement["Effect"] == effect
        && Has(statement["Action"], action => action is "*" || action.Equals("sqs:*", StringComparison.OrdinalIgnoreCase) || action.Equals("sqs:SendMessage", StringComparison.OrdinalIgnoreCase))
        && Has(statement["Resource"], resource => resource == "*" || resource == QueueArn)
        && (statement["Principal"] is JsonObject principals ? Has(principals[nameof(Service)], IsService) || Has(principals["AWS"], IsAnybody) : Has(statement["Principal"], IsAnybody));

    private bool Holds(KeyValuePair<string, JsonNode?> condition) =>
        Operators.Contains(condition.Key) && condition.Value is JsonObject keys
        && keys.All(key => Wanted(key.Key) is { } wanted && Has(key.Value, value => IsMatch(condition.Key, value, wanted)));

    private string? Wanted(string key) =>
        key.Equals(SourceArnKey, StringComparison.OrdinalIgnoreCase) ? SourceArn
        : key.Equals(SourceAccountKey, StringComparison.OrdinalIgnoreCase) ? SourceArn.Split(':') is [_, _, _, _, var account, ..] ? account : null
        : null;

    private static bool IsMatch(string comparison, string value, string wanted) =>
        value == wanted || (comparison != Exact && FileSystemName.MatchesSimpleExpression(value, wanted, ignoreCase: false));

    private bool IsService(string service) => service == Service || service == "*";

    private static bool IsAnybody(string principal) => principal == "*";

    private static bool Has(JsonNode? values, Func<string, bool> test) => Items(values).Any(value => value is JsonValue text && text.TryGetValue<string>(out var found) && test(found));

    // One may stand without its array everywhere.
    private static IReadOnlyList<JsonNode?> Items(JsonNode? node) => node switch
    {
        null => [],
        JsonArray array => [.. array],
        _ => [node],
    };
}
