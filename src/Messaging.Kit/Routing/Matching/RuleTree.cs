using System.Runtime.InteropServices;
using Messaging.Kit.Routing.Syntax;
using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// Rules as a tree: each conjunction of fields is a way from the root, one step a field, and those that ask the same go the same way. An
/// event goes down where its values lead, found by indexes, so that what it costs is what matches in part, not what there is.
/// Immutable.
/// </summary>
internal sealed class RuleTree
{
    // A list of values is a step for each, so that rules whose lists overlap share them; not when that makes too many ways of a rule.
    private const int MaxWays = 32;

    private readonly PathNode _paths = new();
    private readonly List<RuleNode> _nodes = [new()];
    private readonly Dictionary<string, FieldTest> _tests = [];
    private readonly int _rules;
    private int _fields;

    public RuleTree(IReadOnlyList<IReadOnlyList<Dictionary<string, PatternField>>> rules)
    {
        _rules = rules.Count;
        var uses = rules.SelectMany(branches => branches).SelectMany(branch => branch.Keys).CountBy(path => path).ToDictionary();
        for (var rule = 0; rule < rules.Count; rule++)
        {
            foreach (var branch in rules[rule])
            {
                foreach (var way in rules.Count == 1 ? [[.. branch.Values]] : WaysOf(branch, MaxWays / rules[rule].Count))
                {
                    // What lets few through and what many rules have in common comes first.
                    Add(rule, way.OrderBy(field => field.Width).ThenByDescending(field => uses[field.Path]).ThenBy(field => field.Path, StringComparer.Ordinal));
                }
            }
        }

        _tests.Clear();
        _nodes.ForEach(node => node.Complete());
    }

    /// <summary>Finds the rules that an event matches.</summary>
    /// <param name="utf8Event">The event.</param>
    /// <param name="scratch">Takes the numbers of the rules, sorted.</param>
    public void Match(ReadOnlySpan<byte> utf8Event, MatchScratch scratch)
    {
        scratch.Leaves.Begin(_fields);
        if (EventReader.TryRead(utf8Event, _paths, scratch))
        {
            Match(scratch);
        }
    }

    /// <summary>Finds the rules that attributes match.</summary>
    public void Match(ReadOnlySpan<EventAttribute> attributes, MatchScratch scratch)
    {
        scratch.Leaves.Begin(_fields);
        AttributeReader.Read(attributes, _paths, scratch);
        Match(scratch);
    }

    private void Match(MatchScratch scratch)
    {
        scratch.MatchedRules.Clear(_rules);
        scratch.Nodes.Clear(_nodes.Count);
        scratch.Nodes.Add(0);
        while (scratch.Nodes.TryTake(out var node))
        {
            _nodes[node].Visit(scratch);
        }

        CollectionsMarshal.AsSpan(scratch.Matches).Sort();
    }

    private void Add(int rule, IEnumerable<PatternField> way)
    {
        var (node, tests) = (0, new List<FieldTest>());
        foreach (var field in way)
        {
            var test = TestOf(field);
            tests.Add(test);
            if (!_nodes[node].TryFind(field.Key, out var next))
            {
                next = _nodes.Count;
                _nodes.Add(new());
                _nodes[node].Add(field.Key, test, next);
            }

            node = next;
        }

        _nodes[node].AddEnd(rule, [.. tests]);
    }

    private FieldTest TestOf(PatternField field)
    {
        if (!_tests.TryGetValue(field.Key, out var test))
        {
            var path = _paths.Add(field.Path);
            path.Field = path.Field < 0 ? _fields++ : path.Field;
            _tests.Add(field.Key, test = new(path.Field, field.Matchers));
        }

        return test;
    }

    private static List<List<PatternField>> WaysOf(Dictionary<string, PatternField> branch, int max)
    {
        List<List<PatternField>> ways = [[]];
        foreach (var field in branch.Values.OrderBy(field => field.Matchers.Count))
        {
            var isSplit = field.Matchers.Count > 1 && field.Width == Width.One && ways.Count * field.Matchers.Count <= max;
            List<PatternField> choices = isSplit ? [.. field.Matchers.Select(matcher => new PatternField(field.Path, [matcher]))] : [field];
            ways = [.. ways.SelectMany(_ => choices, (way, choice) => (List<PatternField>)[.. way, choice])];
        }

        return ways;
    }
}
