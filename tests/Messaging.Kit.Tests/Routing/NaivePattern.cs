using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Messaging.Kit.Tests.Routing;

/// <summary>
/// The language as it is defined and nothing else: every combination of values is tried, on a document, in exponential time. What
/// the engine says has to be what this says.
/// </summary>
internal static partial class NaivePattern
{
    public static bool Matches(string pattern, string json)
    {
        using var patternDocument = JsonDocument.Parse(pattern);
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var leaves = new List<Leaf>();
        var arrays = 0;
        Flatten(document.RootElement, "", []);
        List<Dictionary<string, JsonElement>> branches = [[]];
        Expand(patternDocument.RootElement, "", branches);
        return branches.Exists(branch => CanChoose([.. branch], 0, []));

        void Flatten(JsonElement value, string path, Dictionary<int, int> membership)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        Flatten(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", membership);
                    }

                    break;
                case JsonValueKind.Array:
                    var (array, index) = (arrays++, 0);
                    foreach (var item in value.EnumerateArray())
                    {
                        var isNested = item.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
                        Flatten(item, path, isNested ? new(membership) { [array] = index } : membership);
                        index++;
                    }

                    break;
                default:
                    leaves.Add(new(path, value, membership));
                    break;
            }
        }

        bool CanChoose(KeyValuePair<string, JsonElement>[] fields, int at, Dictionary<int, int> chosen)
        {
            if (at == fields.Length)
            {
                return true;
            }

            var here = leaves.Where(leaf => leaf.Path == fields[at].Key).ToList();
            if (here.Count == 0)
            {
                return fields[at].Value.EnumerateArray().Any(IsAbsence) && CanChoose(fields, at + 1, chosen);
            }

            return here.Any(leaf => fields[at].Value.EnumerateArray().Any(matcher => !IsAbsence(matcher) && MatchesValue(matcher, leaf.Value))
                && leaf.Membership.All(pair => !chosen.TryGetValue(pair.Key, out var index) || index == pair.Value)
                && CanChoose(fields, at + 1, new(chosen.Union(leaf.Membership))));
        }
    }

    private static void Expand(JsonElement node, string prefix, List<Dictionary<string, JsonElement>> branches)
    {
        foreach (var member in node.EnumerateObject())
        {
            if (member.Name == "$or" && member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 1
                && member.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object && !item.EnumerateObject().Any(inner => inner.Name is "prefix" or "exists")))
            {
                var before = branches.ToList();
                branches.Clear();
                foreach (var item in member.Value.EnumerateArray())
                {
                    var forked = before.ConvertAll(branch => new Dictionary<string, JsonElement>(branch));
                    Expand(item, prefix, forked);
                    branches.AddRange(forked);
                }
            }
            else if (member.Value.ValueKind == JsonValueKind.Object)
            {
                Expand(member.Value, $"{prefix}{member.Name}.", branches);
            }
            else
            {
                branches.ForEach(branch => branch[prefix + member.Name] = member.Value);
            }
        }
    }

    private static bool IsAbsence(JsonElement matcher) =>
        matcher.ValueKind == JsonValueKind.Object && matcher.TryGetProperty("exists", out var exists) && exists.ValueKind == JsonValueKind.False;

    private static bool MatchesValue(JsonElement matcher, JsonElement value)
    {
        if (matcher.ValueKind != JsonValueKind.Object)
        {
            return matcher.ValueKind == value.ValueKind && matcher.ValueKind switch
            {
                JsonValueKind.String => matcher.GetString() == value.GetString() || (Address(matcher.GetString()!) is { } address && address.Equals(Address(value.GetString()!))),
                JsonValueKind.Number => Number(matcher) == Number(value),
                _ => true,
            };
        }

        var (name, operand) = matcher.EnumerateObject().Select(member => (member.Name, member.Value)).Single();
        return name switch
        {
            "exists" => true,
            "anything-but" => !Excluded(operand).Any(exclusion => exclusion(value)),
            "numeric" => value.ValueKind == JsonValueKind.Number && Compares(operand, Number(value)),
            _ => value.ValueKind == JsonValueKind.String && MatchesText(name, operand, value.GetString()!),
        };
    }

    private static IEnumerable<Func<JsonElement, bool>> Excluded(JsonElement operand) => operand.ValueKind switch
    {
        JsonValueKind.Array => operand.EnumerateArray().SelectMany(Excluded),
        JsonValueKind.Object => operand.EnumerateObject().Single() is var member && member.Value.ValueKind == JsonValueKind.Array
            ? member.Value.EnumerateArray().Select(item => Exclusion(member.Name, item))
            : [Exclusion(member.Name, member.Value)],
        JsonValueKind.String => [value => value.ValueKind == JsonValueKind.String && value.GetString() == operand.GetString()],
        _ => [value => value.ValueKind == JsonValueKind.Number && Number(value) == Number(operand)],
    };

    private static Func<JsonElement, bool> Exclusion(string name, JsonElement operand) =>
        value => value.ValueKind == JsonValueKind.String && MatchesText(name, operand, value.GetString()!);

    private static bool MatchesText(string name, JsonElement operand, string text)
    {
        if (operand.ValueKind == JsonValueKind.Object)
        {
            operand = operand.GetProperty("equals-ignore-case");
            text = Fold(text);
            return name == "prefix" ? text.StartsWith(Fold(operand.GetString()!), StringComparison.Ordinal) : text.EndsWith(Fold(operand.GetString()!), StringComparison.Ordinal);
        }

        var other = operand.GetString()!;
        return name switch
        {
            "exactly" => text == other,
            "prefix" => text.StartsWith(other, StringComparison.Ordinal),
            "suffix" => text.EndsWith(other, StringComparison.Ordinal),
            "equals-ignore-case" => Fold(text) == Fold(other),
            "wildcard" => Regex.IsMatch(text, $"^{Regex.Escape(other).Replace(@"\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.Singleline),
            "cidr" => Address(text) is { } address && IsWithin(address, other),
            _ => throw new InvalidOperationException(name),
        };
    }

    private static bool Compares(JsonElement terms, decimal number)
    {
        for (var i = 0; i < terms.GetArrayLength(); i += 2)
        {
            var comparison = number.CompareTo(Number(terms[i + 1]));
            var holds = terms[i].GetString() switch
            {
                "=" => comparison == 0,
                "<" => comparison < 0,
                "<=" => comparison <= 0,
                ">" => comparison > 0,
                _ => comparison >= 0,
            };
            if (!holds)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWithin(IPAddress address, string block)
    {
        var parts = block.Split('/');
        var (low, bytes) = (Address(parts[0])!.GetAddressBytes(), address.GetAddressBytes());
        var bits = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return low.Length == bytes.Length
            && Enumerable.Range(0, bits).All(bit => ((low[bit / 8] ^ bytes[bit / 8]) & (0x80 >> (bit % 8))) == 0);
    }

    private static decimal Number(JsonElement value) => decimal.Parse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Fold(string text) => text.Replace("ß", "ss", StringComparison.Ordinal).ToUpperInvariant();

    private static IPAddress? Address(string text) => (Version4().IsMatch(text) || Version6().IsMatch(text))
        && IPAddress.TryParse(string.Join('.', text.Split('.').Select(part => part.TrimStart('0').PadLeft(1, '0'))) is var plain && text.Contains(':', StringComparison.Ordinal) ? text : plain, out var address)
            ? address
            : null;

    [GeneratedRegex(@"^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\z")]
    private static partial Regex Version4();

    [GeneratedRegex(@"^[0-9a-fA-F:]*:[0-9a-fA-F:]*\z")]
    private static partial Regex Version6();

    private sealed record Leaf(string Path, JsonElement Value, Dictionary<int, int> Membership);
}
