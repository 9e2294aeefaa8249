namespace HighThroughputStreaming;

/// <summary>What is wrong with a reading on purpose.</summary>
internal enum Trouble
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Poison: the body is garbage. Dead-lettered at once, as <c>poison</c>.</summary>
    Broken,

    /// <summary>Poison: colder than cold can be. Dead-lettered at once by a rule for the exception's type, as <c>exception</c>.</summary>
    Invalid,

    /// <summary>Measured up to half a minute ago: counted in its window while that is still open, else routed to the late readings.</summary>
    Late,

    /// <summary>Too hot: somebody is told at once.</summary>
    Hot,
}
