using Messaging.Kit.Load.Measuring;

namespace Messaging.Kit.Load.Work;

/// <summary>What a run has measured, round by round.</summary>
internal sealed record RunResult(Options Options, string Endpoint, bool Delivers, IReadOnlyList<Rounds> Contenders, Books Books)
{
    /// <summary>The kit, publishing and consuming at the same time.</summary>
    public List<Measurement> EndToEnd { get; } = [];

    /// <summary>How long the kit's messages took, at times that were fixed beforehand.</summary>
    public Latencies Latencies { get; } = new();

    /// <summary>The rate that the latencies were measured at; 0 where they were not.</summary>
    public int LatencyRate { get; set; }

    /// <summary>How many bytes a message's JSON has had.</summary>
    public required int Size { get; init; }

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    public Rounds Kit => Contenders[0];

    public double PublishPerSecond => Median.Of(Kit.Publish.Select(round => round.PerSecond));

    public double ConsumePerSecond => Median.Of(Kit.Consume.Select(round => round.PerSecond));

    /// <summary>From publish to handled; where nothing is delivered, to confirmed.</summary>
    public IReadOnlyList<Measurement> Whole => Delivers ? EndToEnd : Kit.Publish;

    public double MessagesPerSecond => Median.Of(Whole.Select(round => round.PerSecond));

    public double BytesPerMessage => Median.Of(Whole.Select(round => round.BytesPerMessage));

    public double CpuPerMessage => Median.Of(Whole.Select(round => round.CpuPerMessage));

    public double CallsPerThousand => Median.Of(Whole.Select(round => round.CallsPerThousand()));

    public double SendsPerThousand => Median.Of(Whole.Select(round => round.CallsPerThousand("SendMessage") + round.CallsPerThousand("Publish") + round.CallsPerThousand("PutEvents")));

    public double ReceivesPerThousand => Median.Of(Whole.Select(round => round.CallsPerThousand("ReceiveMessage")));

    public double DeletesPerThousand => Median.Of(Whole.Select(round => round.CallsPerThousand("DeleteMessage")));

    public long PeakMemory => Whole.Concat(Kit.Publish).Concat(Kit.Consume).Select(round => round.PeakMemory).DefaultIfEmpty().Max();

    /// <summary>The kit's rate over a twin's: the median of what the rounds say, for the two of a round ran one after the other.</summary>
    public static double Ratio(IReadOnlyList<Measurement> kit, IReadOnlyList<Measurement> twin) =>
        Median.Of(kit.Zip(twin, (mine, theirs) => mine.PerSecond / theirs.PerSecond));
}

/// <summary>What a contender has done in each round.</summary>
internal sealed record Rounds(Contender Contender)
{
    public List<Measurement> Publish { get; } = [];

    public List<Measurement> Consume { get; } = [];
}
