using HighThroughputStreaming;

namespace Messaging.Kit.Samples.Tests.Streaming;

/// <summary>What a run must come to: its plan, put into windows one reading after the other, without a broker and without trouble.</summary>
internal sealed record Expected(long Windows, long Late, long Anomalies)
{
    public static async Task<Expected> OfAsync(string arguments)
    {
        Assert.Null(CommandLine.Read(arguments.Split(' '), out var options));
        await using var ledger = Ledger.Open(null);
        var windows = new WindowStore(ledger, new Windowing(options!.Window, options.Lateness));
        var key = new KeyChoice(options);
        await Task.WhenAll(new Plan(options).Readings()
            .Where(planned => planned.Trouble is not (Trouble.Broken or Trouble.Invalid))
            .Select(planned => windows.AddAsync(planned.Number, key.KeyOf(planned.Reading), planned.Reading, planned.Reading.Celsius > Plan.HotCelsius)));
        await windows.CloseAllAsync();
        var books = await ledger.ReconcileAsync();
        return new(books.Topics[1].Published, books.Topics[3].Published, books.Topics[2].Published);
    }

    /// <summary>The run reconciled, and its windows are those that its plan makes.</summary>
    public void ShouldBe(Summary summary, int published, int deadLettered)
    {
        summary.ShouldReconcile(published, deadLettered);
        Assert.Equal(this, new(Number("windows"), Number("late"), Number("anomalies")));
        Assert.Equal(summary.Handled, Number("counted") + Number("late"));

        long Number(string name) => summary.Json.GetProperty(name).GetInt64();
    }
}
