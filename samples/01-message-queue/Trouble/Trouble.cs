namespace MessageQueue;

/// <summary>What goes wrong with a message on purpose. The plan says it, a header carries it, <see cref="TroubleMaker"/> makes it.</summary>
internal enum Trouble
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Poison: the body is garbage. Dead-lettered at once, as <c>poison</c>.</summary>
    Broken,

    /// <summary>Poison: the body can be read and breaks a rule. Dead-lettered at once by a rule for the exception's type, as <c>exception</c>.</summary>
    Invalid,

    /// <summary>Poison: handling it always fails. Dead-lettered when it has had its deliveries, as <c>exhausted</c>.</summary>
    Hopeless,

    /// <summary>The first attempt fails: <c>UseRetry</c> tries again on the spot.</summary>
    Flaky,

    /// <summary>Every attempt of the first delivery fails: the message goes back to the queue and comes again.</summary>
    Down,

    /// <summary>Handling takes longer than the lease: the kit renews it, or the message would be handed to somebody else meanwhile.</summary>
    Slow,
}
