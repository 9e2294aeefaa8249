namespace Messaging.Kit.Samples.Tests.Microservices;

public sealed class InMemoryTests : IDisposable
{
    private readonly SampleRun _run = new("02-event-driven-microservices/EventDrivenMicroservices");

    [Fact]
    public async Task Every_order_is_completed_or_compensated()
    {
        var summary = await _run.RunAsync("--messages 1000");
        summary.ShouldSettle(placed: 1000, compensated: 150);
        Assert.Equal((100, 30, 20), (Number("declined"), Number("soldOut"), Number("undeliverable")));
        Assert.True(summary.Json.GetProperty("seconds").GetDouble() > 0);

        int Number(string name) => summary.Json.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("--declined 100 --sold-out 0 --undeliverable 0 --flaky 0 --duplicates 0", 200)]
    [InlineData("--declined 0 --sold-out 100 --undeliverable 0 --flaky 0 --duplicates 0", 200)]
    [InlineData("--declined 0 --sold-out 0 --undeliverable 100 --flaky 0 --duplicates 0", 200)]
    [InlineData("--declined 0 --sold-out 0 --undeliverable 0 --flaky 100 --duplicates 0", 0)]
    [InlineData("--declined 20 --sold-out 20 --undeliverable 20 --flaky 20 --duplicates 20 --seed 7", 120)]
    public async Task However_much_goes_wrong_the_books_balance(string trouble, int compensated) =>
        (await _run.RunAsync($"--messages 200 {trouble}")).ShouldSettle(placed: 200, compensated);

    [Fact]
    public async Task A_run_without_trouble_has_none()
    {
        var summary = await _run.RunAsync("--messages 300 --declined 0 --sold-out 0 --undeliverable 0 --flaky 0 --duplicates 0 --rate 1000");
        summary.ShouldSettle(placed: 300, compensated: 0);
        Assert.Equal(0, summary.DuplicatesSuppressed);
    }

    [Fact]
    public async Task Each_copy_of_an_order_is_recognised_wherever_it_leads()
    {
        var summary = await _run.RunAsync("--messages 100 --declined 0 --sold-out 0 --undeliverable 0 --flaky 0 --duplicates 10");
        summary.ShouldSettle(placed: 100, compensated: 0);

        // By inventory, shipping, the order service, and by notification twice; by payment, and by its auditing, where the order costs something, and much.
        Assert.InRange(summary.DuplicatesSuppressed, 10 * 5, 10 * 7);
    }

    [Fact]
    public async Task One_trace_leads_through_all_services()
    {
        var summary = await _run.RunAsync("--messages 100");
        var timeline = summary.Output[summary.Output.IndexOf(": compensated, undeliverable, in ", StringComparison.Ordinal)..];
        timeline = timeline[..timeline.IndexOf(Environment.NewLine + Environment.NewLine, StringComparison.Ordinal)];
        Assert.All(
            (string[])
            [
                "order         place order", "inventory     handle quote.asked", "order         handle quote.given", "notification  customer line",
                "payment       publish payment.charged", "shipping      publish shipment.refused", "payment       publish payment.refunded",
                "inventory     publish stock.released", "order         publish order.compensated", "notification  handle order.compensated",
            ],
            step => Assert.Contains(step, timeline, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_was_killed_goes_on_where_it_was_and_reconciles()
    {
        const string Arguments = "--messages 2000 --rate 1000";
        var killed = _run.StartOnLedger(Arguments);
        await _run.ReachedAsync("SELECT COUNT(*) FROM payments WHERE state = 'charged'", 300, "payments.db");
        await killed.KillAsync();
        (await _run.RunOnLedgerAsync(Arguments)).ShouldSettle(placed: 2000, compensated: 300);
    }

    [Fact]
    public async Task A_run_that_is_done_stays_done()
    {
        const string Arguments = "--messages 200";
        (await _run.RunOnLedgerAsync(Arguments)).ShouldSettle(placed: 200, compensated: 30);
        (await _run.RunOnLedgerAsync(Arguments)).ShouldSettle(placed: 200, compensated: 30);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_says_so_and_fails()
    {
        var process = _run.StartOnLedger("--messages 5000 --rate 300");
        await _run.ReachedAsync("SELECT COUNT(*) FROM orders WHERE outcome IS NOT NULL", 100, "orders.db");
        await process.InterruptAsync();
        var summary = await _run.EndAsync(process);
        summary.ShouldNotReconcile("stopped before the end");
        Assert.InRange(summary.Published, 100, 4999);
    }

    [Theory]
    [InlineData("orders.db", "UPDATE orders SET outcome = 'completed' WHERE outcome = 'declined' AND number = (SELECT MIN(number) FROM orders WHERE outcome = 'declined')", "1 completed and not shipped, or shipped and not completed: ")]
    [InlineData("inventory.db", "UPDATE stock SET shelf = shelf - 1 WHERE sku = 'pencil'", "1 articles of which the shelf holds another number than it should: pencil")]
    [InlineData("inventory.db", "UPDATE reservations SET state = 'released' WHERE id = (SELECT MIN(id) FROM reservations WHERE state = 'reserved')", "1 shipped, and no goods were set aside: ")]
    [InlineData("payments.db", "UPDATE provider SET cents = cents * 2 WHERE key = (SELECT MIN(key) FROM provider)", "1 where the provider has charged or given back something else than payment thinks: ")]
    [InlineData("payments.db", "UPDATE audits SET outcome = 'declined' WHERE id = (SELECT MIN(id) FROM audits WHERE outcome = 'completed')", "1 that the auditors did not get, or should not have got: ")]
    [InlineData("shipping.db", "UPDATE parcels SET trace = 'another' WHERE id = (SELECT MIN(id) FROM parcels)", "1 whose trace is not one: ")]
    [InlineData("notifications.db", "UPDATE notices SET outcome = 'declined' WHERE id = (SELECT MIN(id) FROM notices WHERE outcome = 'completed')", "1 whose customer was not told how it ended, or told wrong: ")]
    public async Task Books_that_do_not_balance_are_found_out(string book, string tampering, string finding)
    {
        const string Arguments = "--messages 200";
        (await _run.RunOnLedgerAsync(Arguments)).ShouldSettle(placed: 200, compensated: 30);
        _run.Tamper(tampering, book);
        (await _run.RunOnLedgerAsync(Arguments)).ShouldNotReconcile(finding);
    }

    [Fact]
    public async Task Books_are_not_continued_by_another_run()
    {
        (await _run.RunOnLedgerAsync("--messages 100")).ShouldSettle(placed: 100, compensated: 15);
        var other = _run.StartOnLedger("--messages 200");
        Assert.Equal(2, await other.WaitAsync());
        Assert.Contains("The books are of a run with other options", other.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _run.Dispose();
}
