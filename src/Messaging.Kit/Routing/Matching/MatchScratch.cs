namespace Messaging.Kit.Routing.Matching;

/// <summary>The memory that matching works in. Each thread has one and uses it again, so that matching allocates nothing.</summary>
internal sealed class MatchScratch : IDisposable
{
    [ThreadStatic]
    private static MatchScratch? _resting;

    public EventLeaves Leaves { get; } = new();

    public ArrayElements Elements { get; } = new();

    public ArrayConsistency Consistency { get; } = new();

    /// <summary>Where the reader is.</summary>
    public Stack<ReaderLevel> Levels { get; } = new();

    /// <summary>Nodes of rules that were reached and are to be gone through.</summary>
    public Targets Nodes { get; } = new();

    /// <summary>Rules that match.</summary>
    public List<int> Matches { get; } = [];

    public Marks MatchedRules { get; } = new();

    /// <summary>Literals of wildcards that were seen.</summary>
    public Marks SeenLiterals { get; } = new();

    /// <summary>What anything-but has excluded.</summary>
    public Targets Excluded { get; } = new();

    // Taken away while it is in use: whoever comes in meanwhile on the same thread gets another.
    public static MatchScratch Take()
    {
        var scratch = _resting ?? new();
        _resting = null;
        return scratch;
    }

    /// <summary>Gives it back to the thread.</summary>
    public void Dispose()
    {
        Leaves.Clear();
        Levels.Clear();
        Matches.Clear();

        // What a huge event has needed is not kept for the rest of the thread's life.
        if (Leaves.IsSmall && Elements.IsSmall)
        {
            _resting = this;
        }
    }
}
