using System.Globalization;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load;

/// <summary>Reads the command line. Whatever it cannot make sense of is said in words, and nothing is started.</summary>
internal static class CommandLine
{
    private const long MostMessages = 1_000_000_000;

    private static readonly Switch[] Switches =
    [
        new("--transport", "inmemory|kafka|sqs|sns|eventbridge", "what carries the messages; sns and eventbridge are consumed through sqs (inmemory)",
            (options, text) => options with { Transport = Choice<Transport>(text) }),
        new("--endpoint", "ADDRESS", "HOST:PORT of Kafka, the URL of an emulator, or aws; else what the environment says",
            (options, text) => options with { Endpoint = text }),
        new("--stub", null, "answers in place of AWS, in this process: the kit's own limit",
            (options, _) => options with { IsStub = true }),
        new("--stub-latency", "MS", "how long such an answer takes, as over a network (0)",
            (options, text) => options with { StubLatency = TimeSpan.FromMilliseconds(Number(text, 0, 60_000)) }),
        new("--fifo", null, "a FIFO queue or topic",
            (options, _) => options with { IsFifo = true }),
        new("--messages", "N", "how many messages a phase has (100000)",
            (options, text) => options with { Messages = Number(text, Supply.Least, MostMessages) }),
        new("--duration", "SECONDS", "publishes for so long, instead of so many messages",
            (options, text) => options with { Duration = TimeSpan.FromSeconds(Number(text, 1, 86_400)) }),
        new("--rate", "N", "open loop from end to end: messages per second, whatever the broker answers (as many as it takes)",
            (options, text) => options with { Rate = (int)Number(text, 1, 10_000_000) }),
        new("--size", "BYTES", "the JSON of a message (100)",
            (options, text) => options with { Size = (int)Number(text, 1, 900_000) }),
        new("--keys", "N", "how many keys the messages have; 0 for none (1000)",
            (options, text) => options with { Keys = (int)Number(text, 0, 1_000_000) }),
        new("--handler-time", "MS", "how long the handler takes (0)",
            (options, text) => options with { HandlerTime = TimeSpan.FromMilliseconds(Number(text, 0, 3_600_000)) }),
        new("--raw", null, "runs the raw clients doing the same work as well, and says how much faster the kit is",
            (options, _) => options with { IsRaw = true }),
        new("--rounds", "N", "how often all of it is done; medians count (3)",
            (options, text) => options with { Rounds = (int)Number(text, 1, 1_000) }, Of: null),
        new("--warm-up", "SECONDS", "how long each works at full load before anything counts (2)",
            (options, text) => options with { WarmUp = TimeSpan.FromSeconds(Number(text, 0, 3_600)) }, Of: null),
        new("--callers", "N", "so many publish one message after the other (many messages at once; in memory 1)",
            (options, text) => options with { Callers = (int)Number(text, 1, 100_000) }),
        new("--partitions", "N", "how many partitions a topic of Kafka has (6)",
            (options, text) => options with { Partitions = (int)Number(text, 1, 1_000) }),
        new("--concurrency", "N", "most messages that the kit handles at once (its default)",
            (options, text) => options with { Concurrency = (int)Number(text, 1, 10_000) }),
        new("--prefetch", "N", "most messages that the kit holds at once (its default)",
            (options, text) => options with { Prefetch = (int)Number(text, 1, 1_000_000) }),
        new("--idle-timeout", "SECONDS", "gives up when nothing happens for so long (60)",
            (options, text) => options with { IdleTimeout = TimeSpan.FromSeconds(Number(text, 1, 86_400)) }, Of: null),
        new("--quick", null, "targets: so few messages that only the tool is tried out, not the kit",
            (options, _) => options with { IsQuick = true }, Of: Command.Targets),
        new("--json", "FILE", "writes what was measured, with every round",
            (options, text) => options with { Json = PathTo(text) }, Of: null),
        new("--markdown", "FILE", "writes it as a table",
            (options, text) => options with { Markdown = PathTo(text) }, Of: null),
        new("--svg", "FILE", "plots the rates, and the latencies in a second file beside it",
            (options, text) => options with { Svg = PathTo(text) }),
    ];

    public static string Help =>
        $"""
        Puts load on a transport of the kit, end to end, and measures what comes of it.

        dotnet run -c Release --project benchmarks/Messaging.Kit.Load -- run|targets [options]

          run       publishes, consumes a backlog, then both at once; rates, latencies, memory, CPU and API calls
          targets   what each service takes in a second, what the kit reaches, and what bounds it; takes --rounds, --warm-up, --idle-timeout, --quick, --json and --markdown

        {string.Join(Environment.NewLine, Switches.Select(known => $"  {$"{known.Name} {known.Value}",-52}{known.Meaning}"))}
          {"--help",-50}writes this

        Exit code: 0 when every message arrived once, 1 when not, 2 when the command line makes no sense or there is no endpoint.
        """;

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">What they say; <see langword="null"/> when they ask for help.</param>
    /// <returns>What is wrong with them, or <see langword="null"/>.</returns>
    public static string? Read(string[] arguments, out Options? options)
    {
        options = null;
        if (arguments is [] or ["--help" or "-h", ..])
        {
            return null;
        }

        if (arguments[0] is not ("run" or "targets"))
        {
            return $"'{arguments[0]}' means nothing here: begin with run or targets. --help says more.";
        }

        options = new Options { Command = Choice<Command>(arguments[0]) };
        for (var i = 1; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (name is "--help" or "-h")
            {
                options = null;
                return null;
            }

            if (Array.Find(Switches, known => known.Name == name) is not { } found)
            {
                return $"'{arguments[i]}' means nothing here. --help lists what does.";
            }

            if (found.Of is { } command && command != options.Command)
            {
                return $"{name} means nothing to {arguments[0]}. --help says what does.";
            }

            if (found.Value is null && value is not null)
            {
                return $"{name} takes no value: leave it out where it is not wanted.";
            }

            // The next option is no value: it would be taken for a file.
            if (found.Value is not null && value is null && (++i == arguments.Length || arguments[i].StartsWith("--", StringComparison.Ordinal)))
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
        { IsStub: true, Transport: Transport.InMemory or Transport.Kafka } => "--stub answers in place of AWS: add --transport sqs, sns or eventbridge.",
        { IsStub: false, StubLatency.Ticks: > 0 } => "--stub-latency is that of the stub: add --stub.",
        { IsStub: true, Endpoint: not null } => "--stub and --endpoint exclude each other.",
        { IsFifo: true, Transport: Transport.Kafka or Transport.EventBridge } => "Only queues and topics of sqs, sns and inmemory can be FIFO.",
        { IsFifo: true, Keys: 0 } => "Messages of a FIFO queue need a key: leave out --keys 0.",
        { IsRaw: true, HandlerTime.Ticks: > 0 } => "The raw clients handle one message after the other, so --raw and --handler-time say nothing together.",
        { IsStub: true, Rate: not null, Transport: Transport.Sns or Transport.EventBridge } => "The stubs of SNS and EventBridge deliver nothing, so there is no end to measure to at a --rate.",
        _ => null,
    };

    private static T Choice<T>(string text)
        where T : struct, Enum =>
        // By its name alone: the runtime's own reading takes numbers too, and 'kafka,sqs' for the sum of both.
        Array.FindIndex(Enum.GetNames<T>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is var found and >= 0
            ? Enum.GetValues<T>()[found]
            : throw new FormatException($"use {string.Join(" or ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");

    private static long Number(string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"use a whole number from {least} to {most}.");

    private static string PathTo(string text)
    {
        var folder = text.Length > 0 ? Path.GetDirectoryName(Path.GetFullPath(text)) : null;
        return Directory.Exists(folder) && !Directory.Exists(text) ? Path.GetFullPath(text) : throw new FormatException("use a file in a folder that exists.");
    }

    // Of: the only command that an option means something to, or null for both.
    private sealed record Switch(string Name, string? Value, string Meaning, Func<Options, string, Options> Apply, Command? Of = Command.Run);
}
