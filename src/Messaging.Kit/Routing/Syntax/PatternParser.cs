namespace Messaging.Kit.Routing.Syntax;

/// <summary>
/// Reads a pattern into its branches: conjunctions of fields, one of which has to hold. Without <c>$or</c> there is one branch; each
/// <c>$or</c> multiplies them.
/// </summary>
internal sealed class PatternParser
{
    /// <summary>More combinations are refused: the service does so as well, and they would have to be kept in memory.</summary>
    public const int MaxBranches = 1_000;

    /// <summary>How many fields all branches may have together.</summary>
    public const int MaxFields = 100_000;

    private const string Or = "$or";

    // Names that make an array of objects below "$or" a list of matchers, of today or reserved for later.
    private static readonly HashSet<string> OperatorNames =
    [
        "exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr", "=", "<", "<=", ">", ">=",
        "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
        "ip-address-in-range", "ip-address-not-in-range",
    ];

    private readonly PatternText _text;
    private readonly MatcherParser _matchers;

    private PatternParser(PatternText text) => (_text, _matchers) = (text, new(text));

    public static List<Dictionary<string, PatternField>> Parse(string json)
    {
        var text = new PatternText(json);
        var root = PatternJsonReader.Read(text);
        if (!root.IsObject)
        {
            throw text.Fault(root.Offset, "", $"a pattern is a JSON object, and this is {root.Description}.");
        }

        List<Dictionary<string, PatternField>> branches = [[]];
        new PatternParser(text).ReadObject(root, "", "", branches);
        return branches;
    }

    /// <summary>Whether a member is the relation and not a field of that name.</summary>
    public static bool IsOr(PatternMember member) =>
        member.Name == Or
        && member.Value is { IsArray: true, Items.Count: >= 2 }
        && member.Value.Items.All(item => item.IsObject && !NamesOperator(item));

    // However deep: so looks the engine of the service.
    private static bool NamesOperator(PatternJson node) =>
        node.Members.Any(member => OperatorNames.Contains(member.Name) || (member.Value.IsObject && NamesOperator(member.Value)));

    // The prefix is the path of the fields, the place is where people find it: they differ below an "$or".
    private void ReadObject(PatternJson node, string prefix, string place, List<Dictionary<string, PatternField>> branches)
    {
        if (node.Members.Count == 0)
        {
            throw _text.Fault(node.Offset, place, "an empty object asks for nothing. Name at least one field.");
        }

        foreach (var member in node.Members)
        {
            var path = prefix + member.Name;
            var memberPlace = place.Length == 0 ? member.Name : $"{place}.{member.Name}";
            if (IsOr(member))
            {
                ReadOr(member, prefix, memberPlace, branches);
            }
            else if (member.Value.IsObject)
            {
                ReadObject(member.Value, path + ".", memberPlace, branches);
            }
            else if (member.Value.IsArray)
            {
                var field = new PatternField(path, _matchers.ReadAll(member.Value, memberPlace, isOr: member.Name == Or));

                // What is written later holds: also for what is behind an "$or" and in it.
                branches.ForEach(branch => branch[path] = field);
                CheckSize(branches, member, memberPlace);
            }
            else
            {
                throw _text.Fault(
                    member.Value.Offset, memberPlace, $"the value of a field is an array of what it may be, or an object with fields below it, and this is {member.Value.Description}. Put it into brackets: [...].");
            }
        }
    }

    private void ReadOr(PatternMember member, string prefix, string place, List<Dictionary<string, PatternField>> branches)
    {
        var before = branches.ToList();
        branches.Clear();
        for (var i = 0; i < member.Value.Items.Count; i++)
        {
            var forked = before.ConvertAll(branch => new Dictionary<string, PatternField>(branch));
            ReadObject(member.Value.Items[i], prefix, $"{place}[{i}]", forked);
            branches.AddRange(forked);
            CheckSize(branches, member, place);
        }
    }

    private void CheckSize(List<Dictionary<string, PatternField>> branches, PatternMember member, string place)
    {
        if (branches.Count > MaxBranches)
        {
            throw _text.Fault(member.Offset, place, $"the pattern has more than {MaxBranches:N0} combinations of $or. Each $or multiplies them; make several patterns of it.");
        }

        if (branches.Sum(branch => branch.Count) > MaxFields)
        {
            throw _text.Fault(member.Offset, place, $"with all combinations of $or the pattern has more than {MaxFields:N0} fields. Make several patterns of it.");
        }
    }
}
