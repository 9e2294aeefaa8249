using System.Globalization;
using static Messaging.Kit.Samples.Argument;

namespace HighThroughputStreaming;

/// <summary>Reads the command line. Whatever it cannot make sense of is said in words, and nothing is started.</summary>
internal static class CommandLine
{
    private const int MaxMessages = 10_000_000;

    private static readonly CommandLineReader<Options> Reader = new(
    [
        new("--transport", "inmemory|kafka", "the embedded broker, or Apache Kafka (inmemory)",
            (options, text) => options with { Transport = Choice<Transport>(text) }),
        new("--endpoint", "HOST:PORT", "where Kafka is; else KAFKA_BOOTSTRAP_SERVERS",
            (options, text) => options with { Endpoint = Servers(text) }),
        new("--partitioning", "device|site|salted|none", "what the key of a reading is (device)",
            (options, text) => options with { Partitioning = Choice<Partitioning>(text) }),
        new("--partitions", "N", "how many partitions the readings have (6)",
            (options, text) => options with { Partitions = Number(text, 1, 1_000) }),
        new("--messages", "N", "how many readings (100000)",
            (options, text) => options with { Messages = Number(text, 1, MaxMessages) }),
        new("--seed", "N", "which readings come from which device and get which trouble (1)",
            (options, text) => options with { Seed = Number(text, 0, int.MaxValue) }),
        new("--devices", "N", "how many devices (200); ten of them are at one site",
            (options, text) => options with { Devices = Number(text, 1, 10_000) }),
        new("--skew", "S", "how much hotter the hot devices are: 0 for not at all, 1 for very much (0.8)",
            (options, text) => options with { Skew = Decimal(text, 3) }),
        new("--window", "SECONDS", "how long a window is, by the clock of the devices (10)",
            (options, text) => options with { Window = Seconds(text, 1, 3600) }),
        new("--lateness", "SECONDS", "for how long a window waits for readings that are late (4)",
            (options, text) => options with { Lateness = Seconds(text, 0, 3600) }),
        new("--late", "PERCENT", "readings that come late, by up to 30 seconds (2)",
            (options, text) => options with { LatePercent = Percent(text) }),
        new("--anomalies", "PERCENT", "readings that somebody is told about at once (0.5)",
            (options, text) => options with { AnomalyPercent = Percent(text) }),
        new("--poison", "PERCENT", "readings that can never be handled (0.1)",
            (options, text) => options with { PoisonPercent = Percent(text) }),
        new("--duplicates", "PERCENT", "readings that are published twice (1)",
            (options, text) => options with { DuplicatePercent = Percent(text) }),
        new("--rate", "N", "readings published per second (as many as the broker takes)",
            (options, text) => options with { Rate = Number(text, 1, 1_000_000) }),
        new("--session", "SECONDS", "how long Kafka waits for a silent worker before others get its partitions (6)",
            (options, text) => options with { Session = Seconds(text, 1, 1800) }),
        new("--role", "all|generator|aggregator", "both halves, or one of them; a half needs --ledger and Kafka (all)",
            (options, text) => options with { Role = Choice<Role>(text) }),
        new("--ledger", "FILE", "keeps what was published and handled; go on after a crash with the same file",
            (options, text) => options with { Ledger = PathTo(text) }),
        new("--summary", "FILE", "writes the reconciled counts as JSON",
            (options, text) => options with { Summary = PathTo(text) }),
        new("--name", "TEXT", "begins the names of the topics and groups (a new one for each run)",
            (options, text) => options with { Name = NameOf(text) }),
        new("--idle-timeout", "SECONDS", "gives up when nothing happens for so long (60)",
            (options, text) => options with { IdleTimeout = Seconds(text, 1, 86400) }),
        new("--compare", null, "runs with each partitioning, one after the other, and compares them",
            (options, _) => options with { IsComparison = true }),
        new("--verbose", null, "writes the log instead of the live figures",
            (options, _) => options with { IsVerbose = true }),
    ]);

    public static string Help =>
        $"""
        Exercise 03, high-throughput streaming: sensors publish readings, workers sum them up in windows, and the summary reconciles.

        dotnet run --project samples/03-high-throughput-streaming -- [options]

        {Reader.Help}

        Exit code: 0 when the counts reconcile, 1 when they do not, 2 when the command line makes no sense.
        """;

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">What they say; <see langword="null"/> when they ask for help.</param>
    /// <returns>What is wrong with them, or <see langword="null"/>.</returns>
    public static string? Read(string[] arguments, out Options? options)
    {
        options = new Options();
        return Reader.Read(arguments, ref options) ?? (options is null ? null : FaultOf(options));
    }

    // What makes sense alone and not together.
    private static string? FaultOf(Options options) => options switch
    {
        { Transport: Transport.InMemory, Endpoint: not null } => "--endpoint is an address of Kafka; add --transport kafka.",
        { Transport: Transport.Kafka, Endpoint: null } when string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS")) =>
            "Where is Kafka? Give --endpoint HOST:PORT, or set KAFKA_BOOTSTRAP_SERVERS.",
        { Transport: Transport.InMemory, Role: not Role.All } => "The embedded broker lives within one process, so --role generator and --role aggregator need --transport kafka.",
        { Role: not Role.All, Ledger: null } => "The two halves meet in the ledger: give both the same --ledger FILE.",
        { IsComparison: true, Ledger: not null } or { IsComparison: true, Name: not null } => "--compare makes several runs, each with a ledger and a name of its own: leave out --ledger and --name.",
        { PoisonPercent: var poison, LatePercent: var late, AnomalyPercent: var hot, DuplicatePercent: var twice } when poison + late + hot + twice > 100 =>
            "--poison, --late, --anomalies and --duplicates come to more than 100 percent together.",
        _ => null,
    };

    private static string Servers(string text) =>
        text.Split(',').All(server => server.Split(':') is [{ Length: > 0 }, var port] && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? text
            : throw new FormatException("use an address such as 127.0.0.1:9092, or several with commas between.");

    // A topic's name has 249 letters, digits, full stops, hyphens and underscores; the longest suffix of ours takes 13 of them.
    private static string NameOf(string text) =>
        text.Length is > 0 and <= 100 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
            ? text
            : throw new FormatException("use 1 to 100 letters, digits, full stops, hyphens and underscores.");
}
