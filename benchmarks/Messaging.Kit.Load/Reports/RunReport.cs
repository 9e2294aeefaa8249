using System.Globalization;
using System.Text;
using Messaging.Kit.Load.Measuring;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Reports;

/// <summary>A run in numbers: as JSON for scripts, as Markdown for people.</summary>
internal sealed class RunReport(RunResult run)
{
    private static readonly double[] Percentiles = [50, 95, 99, 100];

    private readonly Options _options = run.Options;

    private Rounds? Defaults => run.Contenders.Count > 1 ? run.Contenders[1] : null;

    private Rounds? Tuned => run.Contenders.Count > 2 ? run.Contenders[2] : null;

    private string Loop => _options.Rate is { } rate ? $"open loop at {rate:N0} msg/s" : "closed loop";

    private bool IsAws => _options.Transport is Transport.Sqs or Transport.Sns or Transport.EventBridge;

    public object ToRecord() => new
    {
        messagesPerSecond = Figures.Round(run.MessagesPerSecond),
        publishPerSecond = Figures.Round(run.PublishPerSecond),
        consumePerSecond = Figures.Round(run.ConsumePerSecond),
        bytesPerMessage = Figures.Round(run.BytesPerMessage),
        cpuMicrosecondsPerMessage = Figures.Round(run.CpuPerMessage, 3),
        apiCallsPerThousand = Figures.Round(run.CallsPerThousand),
        apiCallsPerThousandSends = IsAws ? Figures.Round(run.SendsPerThousand) : null,
        apiCallsPerThousandReceives = IsAws ? Figures.Round(run.ReceivesPerThousand) : null,
        apiCallsPerThousandDeletes = IsAws ? Figures.Round(run.DeletesPerThousand) : null,
        latencyMilliseconds = run.LatencyRate == 0 ? null : new
        {
            p50 = Figures.Round(run.Latencies.Milliseconds(50), 3),
            p95 = Figures.Round(run.Latencies.Milliseconds(95), 3),
            p99 = Figures.Round(run.Latencies.Milliseconds(99), 3),
            max = Figures.Round(run.Latencies.Milliseconds(100), 3),
            atRate = run.LatencyRate,
            messages = run.Latencies.Count,
        },
        publishRatio = Ratio(run.Kit.Publish, Defaults?.Publish),
        consumeRatio = Ratio(run.Kit.Consume, Defaults?.Consume),
        tunedPublishRatio = Ratio(run.Kit.Publish, Tuned?.Publish),
        tunedConsumeRatio = Ratio(run.Kit.Consume, Tuned?.Consume),
        peakMemoryBytes = run.PeakMemory,
        sent = run.Books.Sent,
        received = run.Books.Received,
        duplicates = run.Books.Duplicates,
        lost = run.Books.Lost,
        failed = run.Books.Failed,
        reconciled = run.Books.IsReconciled,
        faults = run.Books.Faults,
        transport = _options.Transport.ToString().ToLowerInvariant(),
        endpoint = run.Endpoint,
        messages = _options.Planned,
        durationSeconds = _options.Duration?.TotalSeconds,
        loop = _options.Rate is null ? "closed" : "open",
        rate = _options.Rate,
        size = run.Size,
        keys = _options.Keys,
        handlerMilliseconds = _options.HandlerTime.TotalMilliseconds,
        warmUpSeconds = _options.WarmUp.TotalSeconds,
        started = run.Started,
        machine = Machine.ToRecord(),
        endToEnd = run.EndToEnd.Select(Round),
        contenders = run.Contenders.Select(rounds => new
        {
            name = rounds.Contender.Name,
            publish = rounds.Publish.Select(Round),
            consume = rounds.Consume.Select(Round),
        }),
    };

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        Line($"# {Name(_options.Transport)}{(_options.IsFifo ? " FIFO" : "")}, {run.Size} bytes");
        Line();
        Line($"On {run.Endpoint}: {(_options.Duration is { } time ? $"{time.TotalSeconds:N0} s" : $"{_options.Messages:N0} messages")} a phase, {_options.Keys:N0} keys, {_options.Rounds} rounds, "
            + $"medians of rounds. {Machine.Describe()}. {run.Started:yyyy-MM-dd HH:mm} UTC.");
        Line();
        Line("| | publish msg/s | consume msg/s | B/msg published | B/msg consumed | CPU µs published | CPU µs consumed | calls per 1,000 |");
        Line("|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var rounds in run.Contenders)
        {
            Line($"| {rounds.Contender.Name} | {Show(rounds.Publish, of => of.PerSecond)} | {Show(rounds.Consume, of => of.PerSecond)} | {Show(rounds.Publish, of => of.BytesPerMessage)} | "
                + $"{Show(rounds.Consume, of => of.BytesPerMessage)} | {Show(rounds.Publish, of => of.CpuPerMessage, "N2")} | {Show(rounds.Consume, of => of.CpuPerMessage, "N2")} | "
                + $"{(IsAws ? $"{Show(rounds.Publish, of => of.CallsPerThousand())}{(run.Delivers ? " + " : "")}{Show(rounds.Consume, of => of.CallsPerThousand())}" : "")} |");
        }

        foreach (var twin in run.Contenders.Skip(1))
        {
            Line($"| kit / {twin.Contender.Name} | {Show(RunResult.Ratio(run.Kit.Publish, twin.Publish))} | {Show(RunResult.Ratio(run.Kit.Consume, twin.Consume))} | | | | | |");
        }

        if (run.EndToEnd.Count > 0)
        {
            Line();
            Line($"End to end, {Loop}: {run.MessagesPerSecond:N0} msg/s, {run.BytesPerMessage:N0} B and {run.CpuPerMessage:N2} µs CPU a message, at most {run.PeakMemory / (1024.0 * 1024):N0} MiB in memory"
                + $"{(IsAws ? $"; API calls per 1,000 messages: {run.SendsPerThousand:N1} send, {run.ReceivesPerThousand:N1} receive, {run.DeletesPerThousand:N1} delete" : "")}.");
        }

        if (run.LatencyRate > 0)
        {
            Line();
            Line($"Latency at {run.LatencyRate:N0} msg/s, from when a message was due: "
                + string.Join(", ", Percentiles.Select(percent => $"{(percent == 100 ? "max" : $"p{percent}")} {run.Latencies.Milliseconds(percent):N2} ms")) + ".");
        }

        Line();
        Line(run.Books.IsReconciled
            ? $"Reconciled: {run.Books.Sent:N0} messages confirmed, {(run.Delivers ? $"{run.Books.Received:N0} received, each once" : "nothing is delivered here")}."
            : "**Not reconciled.**");
        foreach (var fault in run.Books.Faults)
        {
            Line($"- {fault}");
        }

        return text.ToString();

        void Line(string line = "") => text.Append(line).Append('\n');
    }

    public static string Name(Transport transport) => transport switch
    {
        Transport.InMemory => "In-memory",
        Transport.Sqs => "SQS",
        Transport.Sns => "SNS to SQS",
        Transport.EventBridge => "EventBridge to SQS",
        _ => transport.ToString(),
    };

    private static string Show(IEnumerable<Measurement> rounds, Func<Measurement, double> of, string format = "N0") =>
        Median.Of(rounds.Select(of)) is var value && double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "";

    private static string Show(double ratio) => double.IsFinite(ratio) ? ratio.ToString("N2", CultureInfo.InvariantCulture) : "";

    private static double? Ratio(IReadOnlyList<Measurement> kit, IReadOnlyList<Measurement>? twin) => twin is null ? null : Figures.Round(RunResult.Ratio(kit, twin), 3);

    private static object Round(Measurement of) => new
    {
        messages = of.Messages,
        seconds = Figures.Round(of.Seconds, 4),
        perSecond = Figures.Round(of.PerSecond),
        bytesPerMessage = Figures.Round(of.BytesPerMessage),
        cpuMicrosecondsPerMessage = Figures.Round(of.CpuPerMessage, 3),
        collections = new[] { of.Gen0, of.Gen1, of.Gen2 },
        pauseMilliseconds = Figures.Round(of.PauseMilliseconds),
        peakMemoryBytes = of.PeakMemory,
        apiCalls = of.Calls.Count > 0 ? of.Calls : null,
    };
}
