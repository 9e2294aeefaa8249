using System.Globalization;
using System.Text.RegularExpressions;

namespace Messaging.Kit.Samples.Tests.Microservices;

public sealed class AwsTests : IDisposable
{
    private static readonly string[] Others = ["inventory", "payment", "shipping", "notification"];

    private readonly SampleRun _run = new("02-event-driven-microservices/EventDrivenMicroservices");

    // A short lease, so that what a killed service held comes back soon.
    private static string Aws => $"--transport aws --endpoint {AwsEndpoint.Require()} --lease 3";

    [Fact]
    public async Task Bus_topic_and_queues_reconcile()
    {
        var summary = await _run.RunAsync($"{Aws} --messages 200");
        summary.ShouldSettle(placed: 200, compensated: 30);
        Assert.Contains("The queues of the run have been deleted", summary.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_payment_service_is_waited_for_by_nobody_and_made_up_for()
    {
        var services = StartOthers();
        var order = _run.StartOnLedger($"{Aws} --service order --messages 200 --rate 40");
        await _run.ReachedAsync("SELECT COUNT(*) FROM payments WHERE state = 'charged'", 20, "payments.db");
        await services["payment"].KillAsync();

        // Orders come in and goods are set aside all the same: nobody asks payment anything.
        await _run.ReachedAsync("SELECT COUNT(*) FROM reservations", 150, "inventory.db");
        services["payment"] = _run.StartOnLedger($"{Aws} --service payment");
        (await _run.EndAsync(order)).ShouldSettle(placed: 200, compensated: 30);
        await StopAsync(services.Values);
    }

    [Theory]
    [InlineData("inventory")]
    [InlineData("shipping")]
    [InlineData("notification")]
    public async Task A_killed_service_is_made_up_for(string service)
    {
        var services = StartOthers();
        var order = _run.StartOnLedger($"{Aws} --service order --messages 120 --rate 40");
        await _run.ReachedAsync("SELECT COUNT(*) FROM orders WHERE accepted = 1", 40, "orders.db");
        await services[service].KillAsync();
        services[service] = _run.StartOnLedger($"{Aws} --service {service}");
        (await _run.EndAsync(order)).ShouldSettle(placed: 120, compensated: 18);
        await StopAsync(services.Values);
    }

    [Fact]
    public async Task A_killed_order_service_goes_on_where_it_was()
    {
        var services = StartOthers();
        var place = $"{Aws} --service order --messages 200 --rate 40";
        var order = _run.StartOnLedger(place);
        await _run.ReachedAsync("SELECT COUNT(*) FROM orders WHERE outcome IS NOT NULL", 40, "orders.db");
        await order.KillAsync();
        (await _run.RunOnLedgerAsync(place)).ShouldSettle(placed: 200, compensated: 30);
        await StopAsync(services.Values);
    }

    [Fact]
    public async Task Nothing_is_placed_while_somebody_does_not_listen_yet()
    {
        var summary = await _run.RunOnLedgerAsync($"{Aws} --service order --messages 10 --idle-timeout 3");
        summary.ShouldNotReconcile("not heard of: inventory, payment, shipping, notification");
        Assert.Equal(0, summary.Published);

        // The figures on the way count the same seconds as those at the end: not those that it takes to create bus, topic and queues.
        var seconds = summary.Json.GetProperty("seconds").GetDouble();
        var lines = Regex.Matches(summary.Output, "^ *([0-9]+) s  placed", RegexOptions.Multiline);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.InRange(int.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture), 0, seconds + 1));
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_named()
    {
        var summary = await _run.RunAsync("--transport aws --endpoint http://127.0.0.1:9 --messages 10");
        summary.ShouldNotReconcile("could not be reached");
    }

    public void Dispose() => _run.Dispose();

    private Dictionary<string, SampleProcess> StartOthers() => Others.ToDictionary(service => service, service => _run.StartOnLedger($"{Aws} --service {service}"));

    // They do not know when all is over: they are told.
    private static async Task StopAsync(IEnumerable<SampleProcess> services)
    {
        foreach (var service in services)
        {
            await service.InterruptAsync();
            Assert.True(await service.WaitAsync() == 0, service.Output);
            Assert.Contains("Stopped. ", service.Output, StringComparison.Ordinal);
        }
    }
}
