using System.Globalization;

namespace HighThroughputStreaming;

/// <summary>Reads the command line. Whatever it cannot make sense of is said in words, and nothing is started.</summary>
internal static class CommandLine
{
    private const int MaxMessages = 10_000_000;

    private static readonly Switch[] Switches =
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
            (options, text) => options with { Window = TimeSpan.FromSeconds(Number(text, 1, 3600)) }),
        new("--lateness", "SECONDS", "for how long a window waits for readings that are late (4)",
            (options, text) => options with { Lateness = TimeSpan.FromSeconds(Number(text, 0, 3600)) }),
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
            (options, text) => options with { Session = TimeSpan.FromSeconds(Number(text, 1, 1800)) }),
        new("--role", "all|generator|aggregator", "both halves, or one of them; a half needs --ledger and Kafka (all)",
            (options, text) => options with { Role = Choice<Role>(text) }),
        new("--ledger", "FILE", "keeps what was published and handled; go on after a crash with the same file",
            (options, text) => options with { Ledger = PathTo(text) }),
        new("--summary", "FILE", "writes the reconciled counts as JSON",
            (options, text) => options with { Summary = PathTo(text) }),
        new("--name", "TEXT", "begins the names of the topics and groups (a new one for each run)",
            (options, text) => options with { Name = NameOf(text) }),
        new("--idle-timeout", "SECONDS", "gives up when nothing happens for so long (60)",
            (options, text) => options with { IdleTimeout = TimeSpan.FromSeconds(Number(text, 1, 86400)) }),
    ];

    public static string Help =>
        $"""
        Exercise 03, high-throughput streaming: sensors publish readings, workers sum them up in windows, and the summary reconciles.

        dotnet run --project samples/03-high-throughput-streaming -- [options]

        {string.Join(Environment.NewLine, Switches.Select(known => $"  {known.Name + " " + known.Value,-40}{known.Meaning}"))}
          {"--compare",-38}runs with each partitioning, one after the other, and compares them
          {"--verbose",-38}writes the log instead of the live figures
          {"--help",-38}writes this

        Exit code: 0 when the counts reconcile, 1 when they do not, 2 when the command line makes no sense.
        """;

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">What they say; <see langword="null"/> when they ask for help.</param>
    /// <returns>What is wrong with them, or <see langword="null"/>.</returns>
    public static string? Read(string[] arguments, out Options? options)
    {
        options = new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (name is "--help" or "-h")
            {
                options = null;
                return null;
            }

            if (name is "--verbose" or "--compare" && value is null)
            {
                options = name == "--verbose" ? options with { IsVerbose = true } : options with { IsComparison = true };
                continue;
            }

            if (Array.Find(Switches, known => known.Name == name) is not { } found)
            {
                return $"'{arguments[i]}' means nothing here. --help lists what does.";
            }

            if (value is null && ++i == arguments.Length)
            {
                return $"{name} needs a value: {name} {found.Value}.";
            }

            try
            {
                options = found.Apply(options, value ?? arguments[i]);
            }
            catch (FormatException exception)
            {
                return $"{name} is '{value ?? arguments[i]}'; {exception.Message}";
            }
        }

        return FaultOf(options);
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

    private static T Choice<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new FormatException($"use {string.Join(" or ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"use a whole number from {least} to {most}.");

    private static double Percent(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= 100
            ? value
            : throw new FormatException("use a percentage from 0 to 100, such as 1 or 0.5.");

    private static double Decimal(string text, int most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= most
            ? value
            : throw new FormatException($"use a number from 0 to {most}, such as 1 or 0.5.");

    private static string Servers(string text) =>
        text.Split(',').All(server => server.Split(':') is [{ Length: > 0 }, var port] && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? text
            : throw new FormatException("use an address such as 127.0.0.1:9092, or several with commas between.");

    private static string PathTo(string text)
    {
        var folder = text.Length > 0 ? Path.GetDirectoryName(Path.GetFullPath(text)) : null;
        return Directory.Exists(folder) && !Directory.Exists(text) ? Path.GetFullPath(text) : throw new FormatException("use a file in a folder that exists.");
    }

    // A topic's name has 249 letters, digits, full stops, hyphens and underscores; the longest suffix of ours takes 13 of them.
    private static string NameOf(string text) =>
        text.Length is > 0 and <= 100 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
            ? text
            : throw new FormatException("use 1 to 100 letters, digits, full stops, hyphens and underscores.");

    private sealed record Switch(string Name, string Value, string Meaning, Func<Options, string, Options> Apply);
}
