using static Messaging.Kit.Samples.Argument;

namespace MessageQueue;

/// <summary>Reads the command line. Whatever it cannot make sense of is said in words, and nothing is started.</summary>
internal static class CommandLine
{
    private const int MaxMessages = 10_000_000;

    private static readonly CommandLineReader<Options> Reader = new(
    [
        new("--transport", "inmemory|sqs", "the embedded broker, or Amazon SQS and what speaks its protocol (inmemory)",
            (options, text) => options with { Transport = Choice<Transport>(text) }),
        new("--endpoint", "URL", "where SQS is; else AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, or AWS itself",
            (options, text) => options with { Endpoint = Url(text) }),
        new("--queue", "standard|fifo|both", "which kind of queue (both: half of the messages each)",
            (options, text) => options with { Queue = Choice<QueueKind>(text) }),
        new("--messages", "N", "how many messages (20000)",
            (options, text) => options with { Messages = Number(text, 1, MaxMessages) }),
        new("--seed", "N", "which messages get which trouble (1)",
            (options, text) => options with { Seed = Number(text, 0, int.MaxValue) }),
        new("--poison", "PERCENT", "messages that can never be handled (1)",
            (options, text) => options with { PoisonPercent = Percent(text) }),
        new("--flaky", "PERCENT", "messages whose handling fails at first (2)",
            (options, text) => options with { FlakyPercent = Percent(text) }),
        new("--slow", "PERCENT", "messages whose handling takes one and a half leases (0.1)",
            (options, text) => options with { SlowPercent = Percent(text) }),
        new("--duplicates", "PERCENT", "messages that are published twice (1)",
            (options, text) => options with { DuplicatePercent = Percent(text) }),
        new("--rate", "N", "messages published per second (as many as the broker takes)",
            (options, text) => options with { Rate = Number(text, 1, 1_000_000) }),
        new("--lease", "SECONDS", "how long a received message belongs to its worker (2 in memory, 10 on SQS)",
            (options, text) => options with { LeaseGiven = Seconds(text, 1, 3600) }),
        new("--wait", "SECONDS", "how long a receive from SQS waits for messages (10, on an emulator 1)",
            (options, text) => options with { WaitGiven = Seconds(text, 0, 20) }),
        new("--role", "all|publisher|worker", "both halves, or one of them; a half needs --ledger and SQS (all)",
            (options, text) => options with { Role = Choice<Role>(text) }),
        new("--ledger", "FILE", "keeps what was published and handled; go on after a crash with the same file",
            (options, text) => options with { Ledger = PathTo(text) }),
        new("--summary", "FILE", "writes the reconciled counts as JSON",
            (options, text) => options with { Summary = PathTo(text) }),
        new("--queue-prefix", "TEXT", "begins the names of the queues (a new one for each run)",
            (options, text) => options with { QueuePrefix = Prefix(text) }),
        new("--idle-timeout", "SECONDS", "gives up when nothing happens for so long (60)",
            (options, text) => options with { IdleTimeout = Seconds(text, 1, 86400) }),
        new("--verbose", null, "writes the log instead of the live figures",
            (options, _) => options with { IsVerbose = true }),
    ]);

    public static string Help =>
        $"""
        Exercise 01, message queue: order intake publishes, workers consume, and the summary reconciles.

        dotnet run --project samples/01-message-queue -- [options]

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
        { Transport: Transport.InMemory, Endpoint: not null } => "--endpoint is an address of SQS; add --transport sqs.",
        { Transport: Transport.InMemory, Role: not Role.All } => "The embedded broker lives within one process, so --role publisher and --role worker need --transport sqs.",
        { Role: not Role.All, Ledger: null } => "The two halves meet in the ledger: give both the same --ledger FILE.",
        { PoisonPercent: var poison, FlakyPercent: var flaky, SlowPercent: var slow, DuplicatePercent: var twice } when poison + flaky + slow + twice > 100 =>
            "--poison, --flaky, --slow and --duplicates come to more than 100 percent together.",
        _ => null,
    };
}
