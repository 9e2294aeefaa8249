namespace Messaging.Kit.Routing.Matching;

/// <summary>What an index has found: numbers, each once.</summary>
internal sealed class Targets
{
    private readonly Marks _seen = new();
    private readonly List<int> _waiting = [];

    public void Clear(int capacity)
    {
        _seen.Clear(capacity);
        _waiting.Clear();
    }

    public void Add(int target)
    {
        if (_seen.Add(target))
        {
            _waiting.Add(target);
        }
    }

    public void Add(List<int> targets)
    {
        // A loop without an enumerator, which would check for changes at each step.
        for (var i = 0; i < targets.Count; i++)
        {
            Add(targets[i]);
        }
    }

    public bool Contains(int target) => _seen.Contains(target);

    /// <summary>Takes one that was not taken yet.</summary>
    public bool TryTake(out int target)
    {
        var last = _waiting.Count - 1;
        target = last < 0 ? -1 : _waiting[last];
        if (last >= 0)
        {
            _waiting.RemoveAt(last);
        }

        return last >= 0;
    }
}
