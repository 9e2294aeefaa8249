using System.Globalization;
using System.Text;

namespace Messaging.Kit.Routing.Syntax;

/// <summary>Looks in a pattern for what a service does not take.</summary>
internal sealed class DialectFaults
{
    // The quota of rules, which can be raised, and what the interface takes at most.
    private const int RuleLength = 2_048, LongestRule = 4_096;

    // Of a rule: numbers of numeric and anything-but.
    private const decimal RuleNumber = 5_000_000_000m;
    private const int RuleDecimals = 6;

    private const int PolicyBytes = 256 * 1024, PolicyKeys = 5, PolicyCombinations = 150, PolicyDecimals = 5;
    private const decimal PolicyNumber = 1_000_000_000m;

    private readonly EventPatternDialect _dialect;
    private readonly List<string> _faults = [];
    private readonly HashSet<string> _keys = [];

    private DialectFaults(EventPatternDialect dialect) => _dialect = dialect;

    private bool IsRule => _dialect == EventPatternDialect.EventBridge;

    private string Service => IsRule ? "EventBridge" : "SNS";

    public static IReadOnlyList<string> Find(string json, EventPatternDialect dialect)
    {
        var search = new DialectFaults(dialect);
        search.LookAtSize(json);
        var combinations = search.LookAtFields(PatternJsonReader.Read(new PatternText(json)), "", "", depth: 1);
        search.LookAtCounts(combinations);
        return search._faults;
    }

    private void LookAtSize(string json)
    {
        if (IsRule && json.Length > RuleLength)
        {
            _faults.Add(json.Length > LongestRule
                ? $"The pattern has {json.Length:N0} characters. EventBridge takes {RuleLength:N0}, and {LongestRule:N0} at most when the quota is raised."
                : $"The pattern has {json.Length:N0} characters. EventBridge takes {RuleLength:N0} unless the quota of the account is raised.");
        }
        else if (!IsRule && Encoding.UTF8.GetByteCount(json) is > PolicyBytes and var bytes)
        {
            _faults.Add($"The pattern has {bytes:N0} bytes. SNS takes {PolicyBytes:N0}.");
        }
    }

    private void LookAtCounts(long combinations)
    {
        if (IsRule)
        {
            return;
        }

        if (_keys.Count > PolicyKeys)
        {
            _faults.Add($"The pattern names {_keys.Count:N0} fields. SNS takes {PolicyKeys} in a filter policy.");
        }

        if (combinations > PolicyCombinations)
        {
            _faults.Add(
                $"The pattern has {combinations:N0} combinations of values: the numbers of values of all fields multiplied, nested ones times their depth, those of $or added. SNS takes {PolicyCombinations}.");
        }
    }

    // Tells the combinations of values as well.
    private long LookAtFields(PatternJson node, string prefix, string place, int depth)
    {
        var combinations = 1L;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in node.Members)
        {
            if (!names.Add(member.Name))
            {
                _faults.Add($"{place}{(place.Length == 0 ? "" : ".")}{member.Name} is there twice. The last one holds here, and nobody says what {Service} does.");
            }

            var memberPlace = place.Length == 0 ? member.Name : $"{place}.{member.Name}";
            if (PatternParser.IsOr(member))
            {
                combinations = Multiply(combinations, member.Value.Items.Select((item, i) => LookAtFields(item, prefix, $"{memberPlace}[{i}]", depth)).Sum());
            }
            else if (member.Value.IsObject)
            {
                if (_dialect == EventPatternDialect.SnsMessageAttributes)
                {
                    _faults.Add($"{memberPlace}: message attributes have no fields below them. Name the attribute itself, or filter by the message's body.");
                }

                combinations = Multiply(combinations, LookAtFields(member.Value, $"{prefix}{member.Name}.", memberPlace, depth + 1));
            }
            else
            {
                _keys.Add(prefix + member.Name);
                combinations = Multiply(combinations, member.Value.Items.Count * (long)depth);
                for (var i = 0; i < member.Value.Items.Count; i++)
                {
                    LookAtValue(member.Value.Items[i], $"{memberPlace}[{i}]");
                }
            }
        }

        return combinations;
    }

    private void LookAtValue(PatternJson value, string place)
    {
        if (value.IsNumber && !IsRule)
        {
            LookAtNumber(value, place);
        }
        else if (value.IsObject)
        {
            var (name, _, operand) = value.Members[0];
            LookAtOperator(name, operand, $"{place}.{name}");
        }
    }

    private void LookAtOperator(string name, PatternJson operand, string place)
    {
        switch (name)
        {
            case "exactly":
                _faults.Add($"{place}: the engine of EventBridge knows the operator, but no service documents it. Write the value itself.");
                break;
            case "wildcard" when !IsRule:
                _faults.Add($"{place}: SNS has no wildcards. Use prefix or suffix.");
                break;
            case "prefix" or "suffix" when !IsRule && operand.IsObject:
                _faults.Add($"{place}: SNS takes one string here, and compares it exactly.");
                break;
            case "anything-but" when !IsRule && operand.IsObject && operand.Members[0] is var (inner, _, excluded) && (inner != "prefix" || !excluded.IsText):
                _faults.Add($"{place}.{inner}: SNS excludes by value, by a list of values, and by one prefix.");
                break;
            case "anything-but" or "numeric" when operand.IsNumber:
                LookAtNumber(operand, place);
                break;
            case "anything-but" or "numeric":
                foreach (var number in operand.Items.Where(item => item.IsNumber))
                {
                    LookAtNumber(number, place);
                }

                break;
        }
    }

    private void LookAtNumber(PatternJson number, string place)
    {
        var (limit, decimals) = IsRule ? (RuleNumber, RuleDecimals) : (PolicyNumber, PolicyDecimals);
        if (!decimal.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || Math.Abs(value) > limit)
        {
            _faults.Add($"{place}: {number.Text} is out of range. {Service} compares numbers from {-limit:N0} to {limit:N0}.");
        }
        else if (decimal.Round(value, decimals) != value)
        {
            _faults.Add($"{place}: {number.Text} has more than {decimals} digits behind the point. {Service} compares no more.");
        }
    }

    // Beyond any limit it does not matter by how much.
    private static long Multiply(long x, long y) => (long)Math.Min((decimal)x * y, 1_000_000_000_000);
}
