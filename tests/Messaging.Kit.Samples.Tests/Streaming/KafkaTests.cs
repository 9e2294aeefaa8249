namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class KafkaTests : IDisposable
{
    private readonly SampleRun _run = new("03-high-throughput-streaming/HighThroughputStreaming");

    [Fact]
    public async Task Topics_reconcile()
    {
        const string Arguments = "--messages 20000";
        var summary = await _run.RunAsync($"--transport kafka --endpoint {KafkaEndpoint.Require()} {Arguments}");
        (await Expected.OfAsync(Arguments)).ShouldBe(summary, published: 20_000, deadLettered: 20);
        Assert.Contains("The topics of the run have been deleted.", summary.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_aggregator_is_made_up_for()
    {
        const string Arguments = "--messages 20000 --poison 1";
        var options = $"--transport kafka --endpoint {KafkaEndpoint.Require()}";
        var generator = _run.StartOnLedger($"{options} --role generator {Arguments} --rate 5000");
        var aggregator = _run.StartOnLedger($"{options} --role aggregator");
        await _run.HandledAsync(4000);
        await aggregator.KillAsync();
        var another = _run.StartOnLedger($"{options} --role aggregator");
        Assert.Equal(0, await generator.WaitAsync());
        (await Expected.OfAsync(Arguments)).ShouldBe(await _run.EndAsync(another), published: 20_000, deadLettered: 200);
    }

    [Fact]
    public async Task A_killed_aggregator_is_made_up_for_by_another_that_is_there()
    {
        const string Arguments = "--messages 20000 --poison 1";
        var options = $"--transport kafka --endpoint {KafkaEndpoint.Require()}";
        var aggregators = new[] { _run.StartOnLedger($"{options} --role aggregator"), _run.StartOnLedger($"{options} --role aggregator") };
        var generator = _run.StartOnLedger($"{options} --role generator {Arguments} --rate 4000");
        await _run.HandledAsync(4000);
        await aggregators[0].KillAsync();
        Assert.Equal(0, await generator.WaitAsync());
        (await Expected.OfAsync(Arguments)).ShouldBe(await _run.EndAsync(aggregators[1]), published: 20_000, deadLettered: 200);
    }

    [Fact]
    public async Task A_killed_generator_goes_on_where_it_was()
    {
        const string Arguments = "--messages 20000 --poison 1";
        var options = $"--transport kafka --endpoint {KafkaEndpoint.Require()}";
        var generate = $"{options} --role generator {Arguments} --rate 5000";
        var aggregator = _run.StartOnLedger($"{options} --role aggregator");
        var generator = _run.StartOnLedger(generate);
        await _run.ReachedAsync("SELECT COALESCE(SUM(count), 0) FROM portions WHERE accepted = 1", 4000);
        await generator.KillAsync();
        Assert.Equal(0, await _run.StartOnLedger(generate).WaitAsync());
        (await Expected.OfAsync(Arguments)).ShouldBe(await _run.EndAsync(aggregator), published: 20_000, deadLettered: 200);
    }

    [Fact]
    public async Task An_aggregator_without_a_generator_gives_up_and_says_why()
    {
        var summary = await _run.RunOnLedgerAsync($"--transport kafka --endpoint {KafkaEndpoint.Require()} --role aggregator --idle-timeout 2");
        summary.ShouldNotReconcile("the generator has not said that it is done");
    }

    [Fact]
    public async Task Brokers_that_are_not_there_are_named()
    {
        var summary = await _run.RunAsync("--transport kafka --endpoint 127.0.0.1:9 --messages 10");
        summary.ShouldNotReconcile("127.0.0.1:9");
    }

    public void Dispose() => _run.Dispose();
}
