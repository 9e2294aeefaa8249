namespace Messaging.Kit.Samples.Tests.MessageQueue;

public sealed class InMemoryTests : IDisposable
{
    private readonly SampleRun _run = new("01-message-queue/MessageQueue");

    [Fact]
    public async Task Every_message_of_both_queues_is_handled_once_or_dead_lettered()
    {
        var summary = await _run.RunAsync("--messages 2000");
        summary.ShouldReconcile(published: 2000, deadLettered: 20);
        Assert.Equal(10, summary.DuplicatesSuppressed); // 20 are published twice; on the FIFO queue the broker itself drops the copies
        Assert.True(summary.Json.GetProperty("seconds").GetDouble() > 0);
        Assert.Contains("Dead letters: 7 exception, 6 exhausted, 7 poison.", summary.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("standard")]
    [InlineData("fifo")]
    public async Task One_queue_alone_reconciles_with_much_trouble(string queue)
    {
        var summary = await _run.RunAsync($"--queue {queue} --messages 600 --poison 10 --flaky 20 --slow 1 --duplicates 10 --lease 1 --seed 7");
        summary.ShouldReconcile(published: 600, deadLettered: 60);
    }

    [Fact]
    public async Task A_run_without_trouble_has_none()
    {
        var summary = await _run.RunAsync("--messages 500 --poison 0 --flaky 0 --slow 0 --duplicates 0 --rate 1000");
        summary.ShouldReconcile(published: 500, deadLettered: 0);
        Assert.Equal((0, 0, 0), (summary.DuplicatesSuppressed, summary.Json.GetProperty("retried").GetInt64(), summary.Json.GetProperty("returned").GetInt64()));
    }

    [Fact]
    public async Task A_run_that_was_killed_goes_on_where_it_was_and_reconciles()
    {
        const string Arguments = "--messages 3000 --rate 1500 --poison 2";
        var killed = _run.StartOnLedger(Arguments);
        await _run.HandledAsync(500);
        await killed.KillAsync();
        var summary = await _run.RunOnLedgerAsync(Arguments);
        summary.ShouldReconcile(published: 3000, deadLettered: 60);
    }

    [Fact]
    public async Task A_run_that_is_done_stays_done()
    {
        const string Arguments = "--messages 300 --slow 0";
        (await _run.RunOnLedgerAsync(Arguments)).ShouldReconcile(published: 300, deadLettered: 3);
        (await _run.RunOnLedgerAsync(Arguments)).ShouldReconcile(published: 300, deadLettered: 3);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_says_so_and_fails()
    {
        var process = _run.StartOnLedger("--messages 5000 --rate 500");
        await _run.HandledAsync(200);
        await process.InterruptAsync();
        var summary = await _run.EndAsync(process);
        summary.ShouldNotReconcile("stopped before the end");
        Assert.InRange(summary.Published, 200, 4999);
    }

    [Theory]
    [InlineData("INSERT INTO dead_letters (id, reason) SELECT id, 'poison' FROM handled LIMIT 1", "1 both handled and dead-lettered: ")]
    [InlineData("UPDATE handled SET late = 1 WHERE lane = 'sku-003' AND sequence = 1", "1 handled after a later message of the same key: ")]
    [InlineData("INSERT INTO handled (id, late) VALUES ('somebody-else', 0)", "1 handled or dead-lettered, but never published by this run: somebody-else")]
    public async Task Books_that_do_not_balance_are_found_out(string tampering, string finding)
    {
        const string Arguments = "--messages 300 --slow 0";
        (await _run.RunOnLedgerAsync(Arguments)).ShouldReconcile(published: 300, deadLettered: 3);
        _run.Tamper(tampering);
        (await _run.RunOnLedgerAsync(Arguments)).ShouldNotReconcile(finding);
    }

    [Fact]
    public async Task A_ledger_is_not_continued_by_another_run()
    {
        (await _run.RunOnLedgerAsync("--messages 100 --slow 0")).ShouldReconcile(published: 100, deadLettered: 1);
        var other = _run.StartOnLedger("--messages 200 --slow 0");
        Assert.Equal(2, await other.WaitAsync());
        Assert.Contains("The ledger is of a run with other options", other.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _run.Dispose();
}
