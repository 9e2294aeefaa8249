namespace MessageQueue;

/// <summary>What the command line says. <see cref="CommandLine"/> reads it.</summary>
internal sealed record Options
{
    public Transport Transport { get; init; } = Transport.InMemory;

    public Role Role { get; init; } = Role.All;

    public QueueKind Queue { get; init; } = QueueKind.Both;

    public int Messages { get; init; } = 20_000;

    public int Seed { get; init; } = 1;

    public double PoisonPercent { get; init; } = 1;

    public double FlakyPercent { get; init; } = 2;

    public double SlowPercent { get; init; } = 0.1;

    public double DuplicatePercent { get; init; } = 1;

    /// <summary>Messages per second; <see langword="null"/> for as many as the broker takes.</summary>
    public int? Rate { get; init; }

    public Uri? Endpoint { get; init; }

    public string? Ledger { get; init; }

    public string? Summary { get; init; }

    public string? QueuePrefix { get; init; }

    public TimeSpan? LeaseGiven { get; init; }

    public TimeSpan? WaitGiven { get; init; }

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public bool IsVerbose { get; init; }

    /// <summary>How long a received message belongs to its worker unless the kit renews it (SQS: the visibility timeout). Short, so that redelivery can be seen.</summary>
    public TimeSpan Lease => LeaseGiven ?? TimeSpan.FromSeconds(Transport == Transport.InMemory ? 2 : 10);

    /// <summary>How long the handling of a slow message takes: longer than the lease, or there would be nothing to see.</summary>
    public TimeSpan Slowness => Lease * 1.5;

    public bool Publishes => Role is Role.All or Role.Publisher;

    public bool Works => Role is Role.All or Role.Worker;

    public bool HasStandard => Queue is QueueKind.Standard or QueueKind.Both;

    public bool HasFifo => Queue is QueueKind.Fifo or QueueKind.Both;
}

internal enum Transport
{
    InMemory,
    Sqs,
}

internal enum Role
{
    All,
    Publisher,
    Worker,
}

internal enum QueueKind
{
    Standard,
    Fifo,
    Both,
}
