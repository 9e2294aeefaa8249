namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class InMemoryTests : IDisposable
{
    private readonly SampleRun _run = new("03-high-throughput-streaming/HighThroughputStreaming");

    [Fact]
    public async Task Every_reading_is_in_one_window_or_late_or_dead_lettered()
    {
        const string Arguments = "--messages 20000";
        var summary = await _run.RunAsync(Arguments);
        (await Expected.OfAsync(Arguments)).ShouldBe(summary, published: 20_000, deadLettered: 20);
        Assert.True(summary.DuplicatesSuppressed >= 200); // those that are published twice, and the results that they tell again
        Assert.Contains("Dead letters: 10 exception, 10 poison.", summary.Output, StringComparison.Ordinal);
        Assert.Equal((6, 20_200), (summary.Json.GetProperty("partitions").GetArrayLength(), summary.Json.GetProperty("partitions").EnumerateArray().Sum(partition => partition.GetInt64())));
    }

    [Theory]
    [InlineData("device")]
    [InlineData("site")]
    [InlineData("salted")]
    [InlineData("none")]
    public async Task Every_partitioning_reconciles_with_much_trouble(string partitioning)
    {
        var summary = await _run.RunAsync($"--partitioning {partitioning} --messages 5000 --poison 5 --late 20 --anomalies 5 --duplicates 10 --devices 20 --skew 1 --seed 7");
        summary.ShouldReconcile(published: 5000, deadLettered: 250);
        Assert.True(summary.Json.GetProperty("late").GetInt64() > 0);
    }

    [Fact]
    public async Task A_run_without_trouble_has_none()
    {
        var summary = await _run.RunAsync("--messages 5000 --poison 0 --late 0 --anomalies 0 --duplicates 0 --rate 10000");
        summary.ShouldReconcile(published: 5000, deadLettered: 0);
        Assert.Equal((0, 0), (summary.DuplicatesSuppressed, summary.Json.GetProperty("late").GetInt64()));
    }

    [Fact]
    public async Task A_run_that_was_killed_goes_on_where_it_was_and_reconciles()
    {
        const string Arguments = "--messages 10000 --rate 4000 --poison 2";
        var killed = _run.StartOnLedger(Arguments);
        await _run.HandledAsync(2000);
        await killed.KillAsync();
        var summary = await _run.RunOnLedgerAsync(Arguments);
        (await Expected.OfAsync(Arguments)).ShouldBe(summary, published: 10_000, deadLettered: 200);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_says_so_and_fails()
    {
        var process = _run.StartOnLedger("--messages 20000 --rate 1000");
        await _run.HandledAsync(200);
        await process.InterruptAsync();
        var summary = await _run.EndAsync(process);
        summary.ShouldNotReconcile("stopped before the end");
        Assert.InRange(summary.Published, 100, 19_999);
    }

    [Theory]
    [InlineData("INSERT INTO dead_letters (number, reason) SELECT number, 'poison' FROM handled LIMIT 1", "1 both handled and dead-lettered: ")]
    [InlineData("UPDATE handled SET disordered = 1 WHERE number = 17", "1 handled after a later reading of the same key: 17")]
    [InlineData("INSERT INTO strangers (id) VALUES ('somebody-else')", "1 handled or dead-lettered, but never published by this run: somebody-else")]
    [InlineData("UPDATE results SET count = count + 1 WHERE (device, start) = (SELECT device, start FROM results LIMIT 1)", "1 windows without a result, or with another one: ")]
    [InlineData("INSERT INTO windows SELECT 'x', 'x', 0, 1, 1, 1, 1, 999999", "1 results, anomalies or late readings have not been found")]
    public async Task Books_that_do_not_balance_are_found_out(string tampering, string finding)
    {
        const string Arguments = "--messages 2000 --duplicates 0 --idle-timeout 3";
        (await _run.RunOnLedgerAsync(Arguments)).ShouldReconcile(published: 2000, deadLettered: 2);
        _run.Tamper(tampering);
        (await _run.RunOnLedgerAsync(Arguments)).ShouldNotReconcile(finding);
    }

    [Fact]
    public async Task A_ledger_is_not_continued_by_another_run()
    {
        (await _run.RunOnLedgerAsync("--messages 1000")).ShouldReconcile(published: 1000, deadLettered: 1);
        var other = _run.StartOnLedger("--messages 2000");
        Assert.Equal(2, await other.WaitAsync());
        Assert.Contains("The ledger is of a run with other options", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_partitionings_are_compared()
    {
        var process = _run.Start("--compare --messages 4000 --devices 20 --skew 1");
        Assert.Equal(0, await process.WaitAsync());
        Assert.Contains("RECONCILED: all 4 runs.", process.Output, StringComparison.Ordinal);
        Assert.Matches("device .+ x its share .+ within a device", process.Output);
        Assert.Matches("none .+1.0. x its share .+ none", process.Output);
    }

    public void Dispose() => _run.Dispose();
}
