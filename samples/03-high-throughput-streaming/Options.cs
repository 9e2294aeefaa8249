namespace HighThroughputStreaming;

/// <summary>What the command line says. <see cref="CommandLine"/> reads it.</summary>
internal sealed record Options
{
    public Transport Transport { get; init; } = Transport.InMemory;

    public Role Role { get; init; } = Role.All;

    public Partitioning Partitioning { get; init; } = Partitioning.Device;

    public int Messages { get; init; } = 100_000;

    public int Seed { get; init; } = 1;

    public int Partitions { get; init; } = 6;

    public int Devices { get; init; } = 200;

    /// <summary>The exponent of Zipf's law: zero for devices that are all alike, one for a few that say nearly everything.</summary>
    public double Skew { get; init; } = 0.8;

    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Lateness { get; init; } = TimeSpan.FromSeconds(4);

    public double PoisonPercent { get; init; } = 0.1;

    public double LatePercent { get; init; } = 2;

    public double AnomalyPercent { get; init; } = 0.5;

    public double DuplicatePercent { get; init; } = 1;

    /// <summary>Readings per second; <see langword="null"/> for as many as the broker takes.</summary>
    public int? Rate { get; init; }

    /// <summary>Where Kafka is; <see langword="null"/> for what the environment says.</summary>
    public string? Endpoint { get; init; }

    public string? Ledger { get; init; }

    public string? Summary { get; init; }

    public string? Name { get; init; }

    /// <summary>How long the group waits for a member that is silent, so how long the partitions of a killed worker lie idle. Short, so that it can be seen.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromSeconds(6);

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public bool IsComparison { get; init; }

    public bool IsVerbose { get; init; }

    public bool Generates => Role is Role.All or Role.Generator;

    public bool Aggregates => Role is Role.All or Role.Aggregator;
}

internal enum Transport
{
    InMemory,
    Kafka,
}

internal enum Role
{
    All,
    Generator,
    Aggregator,
}

internal enum Partitioning
{
    /// <summary>The key is the device: its readings keep their order.</summary>
    Device,

    /// <summary>The key is the site: the readings of all of its devices keep their order, among each other too.</summary>
    Site,

    /// <summary>The key is the device, and for hot devices one of several keys in turn: their load is spread, and their order is lost.</summary>
    Salted,

    /// <summary>No key: readings are spread evenly, and have no order.</summary>
    None,
}
