using Messaging.Kit.Load.Reports;
using Messaging.Kit.Load.Transports;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Targets;

/// <summary>The runs that the table is made of, and the lines that each gives.</summary>
internal sealed class TargetRuns(Options options, CancellationToken cancellationToken)
{
    // What the services take, by their quotas of November 2026: SQS and EventBridge in us-east-1, SNS per topic as the largest region has it.
    private const double SqsQueue = 3_000, SqsFifo = 300, SqsFifoBatched = 3_000, SnsTopic = 100_000, EventBridgeBus = 10_000, KafkaCluster = 1_000_000;

    // The kit's own goals.
    private const double InProcess = 1_000_000, InProcessBytes = 400, CallsPerThousand = 105;
    private const double OverOneACall = 8, OverBatched = 0.95, OverKafkaPublish = 1, OverKafkaConsume = 3, OverTuned = 0.9, OverBestPeer = 5;

    // About what an answer takes within a region of AWS. Without it nothing but the client's own work is measured, with which one message a call competes
    // better than it ever does over a network.
    private static readonly TimeSpan NetworkLatency = TimeSpan.FromMilliseconds(5);

    // A try-out of the tool itself.
    private const int Quick = 100;
    private const int LeastMessages = 300;
    private const string PerSecond = "msg/s", Times = "times";

    private readonly List<Target> _targets = [];

    // Why the last endpoint that was not there, was not.
    private string _missing = "";

    public IReadOnlyList<Target> Targets => _targets;

    /// <summary>Whether every message of every run arrived once.</summary>
    public bool IsReconciled { get; private set; } = true;

    public async Task RunAsync()
    {
        var inProcess = await RunAsync(new() { Transport = Transport.InMemory, Messages = 1_000_000, Keys = 0, Size = 60 }, "In process");
        Add("In process, published to handled", InProcess, PerSecond, inProcess, run => run.MessagesPerSecond, Cpu);
        Add(new("In process, over the best peer", OverBestPeer, false, Times, double.NaN, "--filter '*Peers*' of Messaging.Kit.Benchmarks measures it: peers are not run here", "in this process"));
        Add("In process, memory", InProcessBytes, "B/msg", inProcess, run => run.BytesPerMessage, _ => "the message twice, as it is sent and as it is read, its body, and what publishers and handlers are given with it", isMost: true);
        await SqsAsync();
        await FifoAsync();
        await PublishOnlyAsync(Transport.Sns, "SNS, one topic", SnsTopic);
        await PublishOnlyAsync(Transport.EventBridge, "EventBridge, one bus", EventBridgeBus);
        await KafkaAsync();
    }

    public void Add(Target target) => _targets.Add(target);

    private async Task SqsAsync()
    {
        var stub = await RunAsync(new() { Transport = Transport.Sqs, IsStub = true, Messages = 50_000, IsRaw = true }, "SQS");
        foreach (var run in new[] { await RunAsync(new() { Transport = Transport.Sqs, Messages = 5_000, IsRaw = true }, "SQS"), stub })
        {
            Add("SQS, one standard queue", SqsQueue, PerSecond, run, run => run.MessagesPerSecond, run => Bound(run, stub));
            Add("SQS, calls per 1,000 sends", CallsPerThousand, "calls", run, run => run.SendsPerThousand, _ => "ten messages in a call", isMost: true);
            Add("SQS, calls per 1,000 deletes", CallsPerThousand, "calls", run, run => run.DeletesPerThousand, _ => "ten messages in a call", isMost: true);
            AddSqsRatios(run);
        }

        AddSqsRatios(await RunAsync(new() { Transport = Transport.Sqs, IsStub = true, StubLatency = NetworkLatency, Messages = 5_000, IsRaw = true }, "SQS as over a network"));
    }

    private void AddSqsRatios(RunResult? run)
    {
        AddRatio("SQS published, over one message a call", OverOneACall, run, rounds => rounds.Publish, twin: 1,
            run => $"batched by hand it is {RunResult.Ratio(run.Contenders[2].Publish, run.Contenders[1].Publish):N1} times here");
        AddRatio("SQS published, over batched by hand", OverBatched, run, rounds => rounds.Publish, twin: 2);
        AddRatio("SQS consumed, over batched by hand", OverBatched, run, rounds => rounds.Consume, twin: 2);
    }

    private async Task FifoAsync()
    {
        foreach (var isStub in new[] { false, true })
        {
            var fifo = new Options { Transport = Transport.Sqs, IsFifo = true, IsStub = isStub };
            Add("SQS FIFO, one key", SqsFifo, PerSecond, await RunAsync(fifo with { Messages = isStub ? 5_000 : 600, Keys = 1 }, "SQS FIFO, one key"), run => run.MessagesPerSecond,
                _ => "a key has one message under way: the time of a call");
            Add("SQS FIFO, batched", SqsFifoBatched, PerSecond, await RunAsync(fifo with { Messages = isStub ? 50_000 : 3_000 }, "SQS FIFO, batched"), run => run.MessagesPerSecond,
                run => isStub ? Cpu(run) : "the emulator, and this machine that it shares");
        }
    }

    private async Task PublishOnlyAsync(Transport transport, string name, double goal)
    {
        var stub = await RunAsync(new() { Transport = transport, IsStub = true, Messages = 200_000, IsRaw = true }, name);
        foreach (var run in new[] { await RunAsync(new() { Transport = transport, Messages = 2_000, IsRaw = true }, name), stub })
        {
            Add($"{name}, published", goal, PerSecond, run, run => run.PublishPerSecond, run => Bound(run, stub));
        }
    }

    private async Task KafkaAsync()
    {
        var run = await RunAsync(new() { Transport = Transport.Kafka, Messages = 1_000_000, IsRaw = true }, "Kafka");
        Add("Kafka, published", KafkaCluster, PerSecond, run, run => run.PublishPerSecond, run => Cluster(run.PublishPerSecond));
        Add("Kafka, consumed", KafkaCluster, PerSecond, run, run => run.ConsumePerSecond, run => Cluster(run.ConsumePerSecond));
        AddRatio("Kafka published, over the client's defaults", OverKafkaPublish, run, rounds => rounds.Publish, twin: 1);
        AddRatio("Kafka consumed, over the client's defaults", OverKafkaConsume, run, rounds => rounds.Consume, twin: 1);
        AddRatio("Kafka published, over a tuned client", OverTuned, run, rounds => rounds.Publish, twin: 2);
        AddRatio("Kafka consumed, over a tuned client", OverTuned, run, rounds => rounds.Consume, twin: 2);
    }

    private async Task<RunResult?> RunAsync(Options wanted, string name)
    {
        wanted = wanted with
        {
            Messages = options.IsQuick ? Math.Max(wanted.Messages / Quick, LeastMessages) : wanted.Messages,
            Rounds = options.IsQuick ? 1 : options.Rounds,
            WarmUp = options.IsQuick ? TimeSpan.Zero : options.WarmUp,
            IdleTimeout = options.IdleTimeout,
        };
        Console.WriteLine($"{Environment.NewLine}{name}{(wanted.IsStub ? ", stubbed HTTP" : "")}");
        try
        {
            await using var transport = LoadTransport.Open(wanted);
            var run = await new Runner(wanted, transport, cancellationToken).RunAsync();
            IsReconciled &= run.Books.IsReconciled;
            foreach (var fault in run.Books.Faults)
            {
                Console.WriteLine(fault);
            }

            return run;
        }
        catch (Exception exception) when (EndpointException.Covers(exception) && !cancellationToken.IsCancellationRequested)
        {
            // One that is not there leaves its lines empty, and one that fails does too, but not in silence: the others are measured all the same.
            IsReconciled &= exception is EndpointException;
            Console.WriteLine(exception.Message);
            _missing = exception.Message.Split('\n')[0];
            return null;
        }
    }

    // A goal has its line also where there was nothing to measure it on.
    private void Add(
        string name, double goal, string unit, RunResult? run, Func<RunResult, double> measured, Func<RunResult, string> boundBy, bool isMost = false) =>
        Add(run is null ? new(name, goal, isMost, unit, double.NaN, _missing, "-") : new(name, goal, isMost, unit, measured(run), boundBy(run), run.Endpoint));

    private void AddRatio(
        string name, double goal, RunResult? run, Func<Rounds, IReadOnlyList<Measuring.Measurement>> of, int twin, Func<RunResult, string>? boundBy = null) =>
        Add(name, goal, Times, run, run => RunResult.Ratio(of(run.Kit), of(run.Contenders[twin])),
            boundBy ?? (run => $"medians of {run.Options.Rounds} rounds, kit and raw client in turns"));

    private static string Cpu(RunResult run) => $"{run.CpuPerMessage:N2} µs CPU a message on {Environment.ProcessorCount} cores ({Machine.Processor})";

    // Where an emulator is far below what the kit does without a network, it is the emulator.
    private static string Bound(RunResult run, RunResult? stub) => run.Options.IsStub || stub is null
        ? Cpu(run)
        : $"the emulator, and this machine that it shares: over stubbed HTTP the kit alone makes {stub.MessagesPerSecond:N0} msg/s";

    private static string Cluster(double rate)
    {
        var perCore = rate / Environment.ProcessorCount;
        return $"{Environment.ProcessorCount} cores for one broker and the clients together: {perCore:N0} msg/s a core; {KafkaCluster:N0} msg/s are {Math.Ceiling(KafkaCluster / perCore):N0} such cores, "
            + "times the copies that brokers write of each message";
    }
}
