using System.Globalization;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>What a process of the soak is told, as <c>--name value</c>.</summary>
internal sealed record Settings
{
    public const string Usage = "--messages --keys --rate --protocol classic|consumer --mode once|exactly --transaction-timeout SECONDS "
        + "--session-timeout SECONDS --concurrency --faults yes|no --broker PATH --folder PATH";

    public int Messages { get; init; } = 20_000;

    public int Keys { get; init; } = 2_000;

    /// <summary>Messages a second that are published, so that all that happens happens while messages flow.</summary>
    public int Rate { get; init; } = 2_000;

    public KafkaGroupProtocol Protocol { get; init; }

    public bool IsExactlyOnce { get; init; }

    public TimeSpan TransactionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int Concurrency { get; init; } = 100;

    public bool HasFaults { get; init; } = true;

    /// <summary>The script that kills, starts and pauses brokers.</summary>
    public string Broker { get; init; } = "../shared/brokers/broker";

    /// <summary>Where logs and results go.</summary>
    public string Folder { get; init; } = Path.Combine(Path.GetTempPath(), $"soak-{DateTime.UtcNow:yyyyMMdd-HHmmss}");

    /// <summary>What this run's topics and group are called after.</summary>
    public string Name { get; init; } = $"soak-{Guid.NewGuid():N}"[..13];

    /// <summary>Which member this process is.</summary>
    public int Number { get; init; }

    /// <summary>A setting of the clients such as <c>debug=cgrp,eos</c>, for finding out.</summary>
    public string? Client { get; init; }

    public string Input => $"{Name}-in";

    public string Output => $"{Name}-out";

    public string Group => $"{Name}-group";

    public static string Servers => Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") ?? throw new InvalidOperationException("Set KAFKA_BOOTSTRAP_SERVERS.");

    public static Settings Parse(IEnumerable<string> arguments)
    {
        var settings = new Settings();
        foreach (var pair in arguments.Chunk(2))
        {
            var (name, value) = (pair[0], pair.ElementAtOrDefault(1) ?? "");
            settings = name switch
            {
                "--messages" => settings with { Messages = Number(value) },
                "--keys" => settings with { Keys = Number(value) },
                "--rate" => settings with { Rate = Number(value) },
                "--protocol" => settings with { Protocol = Enum.Parse<KafkaGroupProtocol>(value, ignoreCase: true) },
                "--mode" => settings with { IsExactlyOnce = value == "exactly" },
                "--transaction-timeout" => settings with { TransactionTimeout = TimeSpan.FromSeconds(Number(value)) },
                "--session-timeout" => settings with { SessionTimeout = TimeSpan.FromSeconds(Number(value)) },
                "--concurrency" => settings with { Concurrency = Number(value) },
                "--faults" => settings with { HasFaults = value == "yes" },
                "--broker" => settings with { Broker = value },
                "--folder" => settings with { Folder = value },
                "--name" => settings with { Name = value },
                "--number" => settings with { Number = Number(value) },
                "--client" => settings with { Client = value },
                _ => throw new ArgumentException($"'{name}' is not known. {Usage}", nameof(arguments)),
            };
        }

        return settings;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>The same settings for a process that this one starts.</summary>
    public IEnumerable<string> ToArguments()
    {
        string[] arguments =
        [
            "--messages", $"{Messages}", "--keys", $"{Keys}", "--rate", $"{Rate}", "--protocol", $"{Protocol}", "--mode", IsExactlyOnce ? "exactly" : "once",
            "--transaction-timeout", $"{TransactionTimeout.TotalSeconds}", "--session-timeout", $"{SessionTimeout.TotalSeconds}",
            "--concurrency", $"{Concurrency}", "--folder", Folder, "--name", Name, "--number", $"{Number}",
        ];
        return Client is null ? arguments : [.. arguments, "--client", Client];
    }

    public void Apply(KafkaTransportOptions options)
    {
        options.BootstrapServers = Servers;
        options.Group = Group;
        options.GroupProtocol = Protocol;
        options.SessionTimeout = SessionTimeout;
        options.TransactionTimeout = TransactionTimeout;
        if (Client?.Split('=', 2) is [var name, var value])
        {
            options.ClientSettings[name] = value;
        }
    }
}
