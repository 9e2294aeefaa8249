namespace Messaging.Kit.Load;

/// <summary>What the command line says. <see cref="CommandLine"/> reads it.</summary>
internal sealed record Options
{
    public Command Command { get; init; } = Command.Run;

    public Transport Transport { get; init; } = Transport.InMemory;

    /// <summary>Where the broker is; <see langword="null"/> for what the environment says.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Answers in place of AWS, in this process.</summary>
    public bool IsStub { get; init; }

    /// <summary>How long such an answer takes; none is how fast the client's side can be, some is what it comes to over a network.</summary>
    public TimeSpan StubLatency { get; init; }

    public bool IsFifo { get; init; }

    public long Messages { get; init; } = 100_000;

    /// <summary>Publishes for so long instead of so many messages.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Messages per second, whatever the broker answers; <see langword="null"/> for as many as it takes.</summary>
    public int? Rate { get; init; }

    public int Size { get; init; } = 100;

    public int Keys { get; init; } = 1_000;

    public TimeSpan HandlerTime { get; init; }

    public bool IsRaw { get; init; }

    public int Rounds { get; init; } = 3;

    /// <summary>How long each contender works at full load before anything counts: the JIT has to see what is hot, and to optimise it.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>So many publish one message after the other; <see langword="null"/> for many messages at once, wherever there is a network between.</summary>
    public int? Callers { get; init; }

    public int Partitions { get; init; } = 6;

    public int? Concurrency { get; init; }

    public int? Prefetch { get; init; }

    /// <summary>A run in which nothing happens for so long is given up.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Targets with so few messages that nothing but the tool itself is tried out.</summary>
    public bool IsQuick { get; init; }

    public string? Json { get; init; }

    public string? Markdown { get; init; }

    public string? Svg { get; init; }

    /// <summary>How many messages a phase has, where that is known before it is over.</summary>
    public long? Planned => Duration is null ? Messages : null;
}

internal enum Command
{
    Run,
    Targets,
}

internal enum Transport
{
    InMemory,
    Kafka,
    Sqs,
    Sns,
    EventBridge,
}
