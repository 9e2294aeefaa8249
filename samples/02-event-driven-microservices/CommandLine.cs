using static Messaging.Kit.Samples.Argument;

namespace EventDrivenMicroservices;

/// <summary>Reads the command line. Whatever it cannot make sense of is said in words, and nothing is started.</summary>
internal static class CommandLine
{
    private const int MaxMessages = 1_000_000;

    private static readonly CommandLineReader<Options> Reader = new(
    [
        new("--transport", "inmemory|aws", "the embedded broker, or EventBridge, SNS and SQS and what speaks their protocols (inmemory)",
            (options, text) => options with { Transport = Choice<Transport>(text) }),
        new("--endpoint", "URL", "where all three are; else AWS_ENDPOINT_URL_SQS and so on, AWS_ENDPOINT_URL, or AWS itself",
            (options, text) => options with { Endpoint = Url(text) }),
        new("--service", "all|order|inventory|payment|shipping|notification", "all five in this process, or one of them; one alone needs --ledger and aws (all)",
            (options, text) => options with { Service = Choice<Service>(text) }),
        new("--messages", "N", "how many orders (5000)",
            (options, text) => options with { Messages = Number(text, 1, MaxMessages) }),
        new("--seed", "N", "which orders get which trouble (1)",
            (options, text) => options with { Seed = Number(text, 0, int.MaxValue) }),
        new("--declined", "PERCENT", "orders whose card is declined (10)",
            (options, text) => options with { DeclinedPercent = Percent(text) }),
        new("--sold-out", "PERCENT", "orders for an article of which nothing is left (3)",
            (options, text) => options with { SoldOutPercent = Percent(text) }),
        new("--undeliverable", "PERCENT", "orders that are paid and then cannot be shipped (2)",
            (options, text) => options with { UndeliverablePercent = Percent(text) }),
        new("--flaky", "PERCENT", "orders whose card is charged, and the answer gets lost (2)",
            (options, text) => options with { FlakyPercent = Percent(text) }),
        new("--duplicates", "PERCENT", "orders that are published twice (1)",
            (options, text) => options with { DuplicatePercent = Percent(text) }),
        new("--rate", "N", "orders placed per second (as many as the shop takes)",
            (options, text) => options with { Rate = Number(text, 1, 1_000_000) }),
        new("--lease", "SECONDS", "how long a received message belongs to its service (2 in memory, 10 on AWS)",
            (options, text) => options with { LeaseGiven = Seconds(text, 1, 3600) }),
        new("--ledger", "FOLDER", "keeps the books of the services, a file each; go on after a crash with the same folder",
            (options, text) => options with { Ledger = FolderAt(text) }),
        new("--summary", "FILE", "writes the reconciled counts as JSON",
            (options, text) => options with { Summary = PathTo(text) }),
        new("--name", "TEXT", "begins the names of bus, topic and queues (a new one for each run)",
            (options, text) => options with { Name = Prefix(text) }),
        new("--idle-timeout", "SECONDS", "gives up when nothing happens for so long (60)",
            (options, text) => options with { IdleTimeout = Seconds(text, 1, 86400) }),
        new("--verbose", null, "writes the log instead of the live figures",
            (options, _) => options with { IsVerbose = true }),
    ]);

    public static string Help =>
        $"""
        Exercise 02, event-driven microservices: five services and a bus bring every order to its end, and the summary reconciles.

        dotnet run --project samples/02-event-driven-microservices -- [options]

        {Reader.Help}

        Exit code: 0 when the books reconcile, 1 when they do not, 2 when the command line makes no sense.
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
        { Transport: Transport.InMemory, Endpoint: not null } => "--endpoint is an address of AWS's services; add --transport aws.",
        { Transport: Transport.InMemory, Service: not Service.All } => "The embedded broker lives within one process, so --service needs --transport aws.",
        { Service: not Service.All, Ledger: null } => "The services' books are held against each other at the end: give all of them the same --ledger FOLDER.",
        { DeclinedPercent: var declined, SoldOutPercent: var sold, UndeliverablePercent: var refused, FlakyPercent: var flaky, DuplicatePercent: var twice }
            when declined + sold + refused + flaky + twice > 100 =>
            "--declined, --sold-out, --undeliverable, --flaky and --duplicates come to more than 100 percent together.",
        _ => null,
    };
}
