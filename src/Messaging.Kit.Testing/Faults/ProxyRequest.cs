using System.Text;
using System.Text.Json.Nodes;

namespace Messaging.Kit.Testing.Faults;

/// <summary>A request as it came in.</summary>
internal sealed record ProxyRequest(string Method, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    private string? _operation;

    /// <summary>The operation's name in any of the protocols: of <c>X-Amz-Target: AmazonSQS.SendMessageBatch</c> the part behind the dot, of a form its <c>Action</c>.</summary>
    public string Operation => _operation ??= FindOperation();

    /// <summary>Whether it is of the query protocol, whose answers are XML.</summary>
    public bool IsQuery => Header("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;

    public string? Header(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    public ProxyRequest WithBody(JsonNode body) => this with { Body = Encoding.UTF8.GetBytes(body.ToJsonString()) };

    private string FindOperation()
    {
        if (Header("X-Amz-Target") is { } target)
        {
            return target[(target.LastIndexOf('.') + 1)..];
        }

        var action = IsQuery ? Encoding.UTF8.GetString(Body).Split('&').FirstOrDefault(pair => pair.StartsWith("Action=", StringComparison.Ordinal)) : null;
        return action is null ? $"{Method} {Path.Split('?')[0]}" : action["Action=".Length..];
    }
}
