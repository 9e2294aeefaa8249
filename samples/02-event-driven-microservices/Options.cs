namespace EventDrivenMicroservices;

/// <summary>What the command line says. <see cref="CommandLine"/> reads it.</summary>
internal sealed record Options
{
    public Transport Transport { get; init; } = Transport.InMemory;

    public Service Service { get; init; } = Service.All;

    public int Messages { get; init; } = 5_000;

    public int Seed { get; init; } = 1;

    public double DeclinedPercent { get; init; } = 10;

    public double SoldOutPercent { get; init; } = 3;

    public double UndeliverablePercent { get; init; } = 2;

    public double FlakyPercent { get; init; } = 2;

    public double DuplicatePercent { get; init; } = 1;

    /// <summary>Orders per second; <see langword="null"/> for as many as the shop takes.</summary>
    public int? Rate { get; init; }

    /// <summary>Where SQS, SNS and EventBridge are; <see langword="null"/> for what the environment says.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The folder with the books of the services; <see langword="null"/> for one that ends with the run.</summary>
    public string? Ledger { get; init; }

    public string? Summary { get; init; }

    public string? Name { get; init; }

    public TimeSpan? LeaseGiven { get; init; }

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public bool IsVerbose { get; init; }

    /// <summary>How long a received message belongs to its service, and so how long it is gone when the service dies. Short, so that it can be seen.</summary>
    public TimeSpan Lease => LeaseGiven ?? TimeSpan.FromSeconds(Transport == Transport.InMemory ? 2 : 10);

    /// <summary>Whether this process places the orders, and so also says when all is over.</summary>
    public bool Places => Service is Service.All or Service.Order;
}

internal enum Transport
{
    InMemory,
    Aws,
}

internal enum Service
{
    All,
    Order,
    Inventory,
    Payment,
    Shipping,
    Notification,
}
