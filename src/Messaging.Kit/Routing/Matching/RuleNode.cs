namespace Messaging.Kit.Routing.Matching;

/// <summary>A place in the tree of rules: what was asked up to here holds.</summary>
internal sealed class RuleNode
{
    private List<(int Rule, FieldTest[] Tests)>? _ends;
    private Dictionary<string, int>? _children = [];
    private Dictionary<int, FieldStep>? _stepOf;
    private FieldStep[] _steps = [], _stepsOfAbsence = [];

    public bool TryFind(string key, out int child) => _children!.TryGetValue(key, out child);

    public void Add(string key, FieldTest test, int child)
    {
        _children!.Add(key, child);
        _stepOf ??= [];
        if (!_stepOf.TryGetValue(test.Field, out var step))
        {
            _stepOf.Add(test.Field, step = new(test.Field));
        }

        step.Add(test, child);
    }

    public void AddEnd(int rule, FieldTest[] tests) => (_ends ??= []).Add((rule, tests));

    public void Complete()
    {
        _children = null;
        if (_stepOf is not null)
        {
            _steps = [.. _stepOf.Values];
            _stepsOfAbsence = Array.FindAll(_steps, step => step.TakesAbsence);
            Array.ForEach(_steps, step => step.Complete());
        }
    }

    public void Visit(MatchScratch scratch)
    {
        if (_ends is not null)
        {
            End(scratch);
        }

        // Whatever is fewer: fields that rules ask for here, or fields that the event has.
        if (_steps.Length <= scratch.Leaves.Present.Count)
        {
            foreach (var step in _steps)
            {
                step.Visit(scratch);
            }

            return;
        }

        foreach (var field in scratch.Leaves.Present)
        {
            if (_stepOf!.TryGetValue(field, out var step))
            {
                step.Visit(scratch);
            }
        }

        foreach (var step in _stepsOfAbsence)
        {
            step.VisitAbsent(scratch);
        }
    }

    private void End(MatchScratch scratch)
    {
        foreach (var (rule, tests) in _ends!)
        {
            if (!scratch.MatchedRules.Contains(rule) && (tests.Length < 2 || scratch.Consistency.Holds(tests, scratch)))
            {
                scratch.MatchedRules.Add(rule);
                scratch.Matches.Add(rule);
            }
        }
    }
}
