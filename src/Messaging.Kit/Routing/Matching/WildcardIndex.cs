using Messaging.Kit.Routing.Values;

namespace Messaging.Kit.Routing.Matching;

/// <summary>
/// Finds the wildcards that match a value. Of each the rarest of its literals stands in one automaton (Aho and Corasick's) that
/// goes over the value once, and only wildcards whose literal was seen are tried, each once.
/// </summary>
internal sealed class WildcardIndex
{
    private readonly List<(WildcardMatcher Wildcard, int Target)> _wildcards = [];

    // Wildcards of nothing but a star.
    private readonly List<int> _any = [];
    private readonly Dictionary<(int State, byte Next), int> _steps = [];
    private readonly List<State> _states = [new() { Literal = -1 }];

    // By literal: the wildcards that are tried when it was seen.
    private readonly List<List<(WildcardMatcher Wildcard, int Target)>> _byLiteral = [];

    public void Add(WildcardMatcher wildcard, int target) => _wildcards.Add((wildcard, target));

    public void Complete()
    {
        var uses = _wildcards
            .SelectMany(entry => entry.Wildcard.Literals.Distinct(Utf8Comparer.Instance))
            .CountBy(literal => literal, Utf8Comparer.Instance)
            .ToDictionary(use => use.Key, use => use.Value, Utf8Comparer.Instance);
        foreach (var entry in _wildcards)
        {
            var rarest = entry.Wildcard.Literals.Where(literal => literal.Length > 0).OrderBy(literal => uses[literal]).ThenByDescending(literal => literal.Length).FirstOrDefault();
            if (rarest is not null)
            {
                WildcardsOf(rarest).Add(entry);
            }
            else if (entry.Wildcard.Literals.Count > 1)
            {
                _any.Add(entry.Target);
            }
            else
            {
                // The wildcard without a star and without a character, which matches the empty string.
                WildcardsOf([]).Add(entry);
            }
        }

        Link();
        _wildcards.Clear();
    }

    public void Find(ReadOnlySpan<byte> value, Marks seen, Targets targets)
    {
        targets.Add(_any);
        seen.Clear(_byLiteral.Count);
        var state = 0;
        See(state, value, seen, targets);
        foreach (var next in value)
        {
            state = Step(state, next);
            See(state, value, seen, targets);
        }
    }

    // A literal that was seen before was seen with all that it ends with, so the chain need not be followed again.
    private void See(int state, ReadOnlySpan<byte> value, Marks seen, Targets targets)
    {
        for (state = _states[state].Literal >= 0 ? state : _states[state].Shorter; state >= 0 && seen.Add(_states[state].Literal); state = _states[state].Shorter)
        {
            foreach (var (wildcard, target) in _byLiteral[_states[state].Literal])
            {
                if (wildcard.Matches(value))
                {
                    targets.Add(target);
                }
            }
        }
    }

    private int Step(int state, byte next)
    {
        while (true)
        {
            if (_steps.TryGetValue((state, next), out var following))
            {
                return following;
            }

            if (state == 0)
            {
                return 0;
            }

            state = _states[state].Otherwise;
        }
    }

    private List<(WildcardMatcher Wildcard, int Target)> WildcardsOf(byte[] literal)
    {
        var state = 0;
        foreach (var next in literal)
        {
            if (!_steps.TryGetValue((state, next), out var following))
            {
                following = _states.Count;
                _states.Add(new() { Literal = -1 });
                _steps.Add((state, next), following);
            }

            state = following;
        }

        if (_states[state].Literal < 0)
        {
            _states[state] = _states[state] with { Literal = _byLiteral.Count };
            _byLiteral.Add([]);
        }

        return _byLiteral[_states[state].Literal];
    }

    private void Link()
    {
        _states[0] = _states[0] with { Shorter = -1 };

        // Level by level: states are linked to those of shorter texts.
        var level = _steps.Where(step => step.Key.State == 0).Select(step => (Step: step.Key, Following: step.Value)).ToList();
        var steps = _steps.ToLookup(step => step.Key.State, step => (Step: step.Key, Following: step.Value));
        while (level.Count > 0)
        {
            foreach (var ((state, next), following) in level)
            {
                var otherwise = state == 0 ? 0 : Step(_states[state].Otherwise, next);
                _states[following] = _states[following] with
                {
                    Otherwise = otherwise,
                    Shorter = _states[otherwise].Literal >= 0 ? otherwise : _states[otherwise].Shorter,
                };
            }

            level = [.. level.SelectMany(step => steps[step.Following])];
        }
    }

    /// <summary>What was read of the value's end.</summary>
    private readonly record struct State
    {
        /// <summary>The literal that it is; -1 when it is the beginning of one only.</summary>
        public required int Literal { get; init; }

        /// <summary>The longest end of it that begins a literal: where to go on when the next byte does not fit.</summary>
        public int Otherwise { get; init; }

        /// <summary>The longest end of it that is a literal; -1 when there is none.</summary>
        public int Shorter { get; init; }
    }
}
