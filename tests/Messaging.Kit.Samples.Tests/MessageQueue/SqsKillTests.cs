namespace Messaging.Kit.Samples.Tests.MessageQueue;

public sealed class SqsKillTests : IDisposable
{
    // A short lease, so that what a killed process held comes back soon.
    private const string Short = "--lease 3 --slow 0.2";

    private readonly SampleRun _run = new("01-message-queue/MessageQueue");

    [Theory]
    [InlineData("standard")]
    [InlineData("fifo")]
    public async Task A_killed_worker_is_made_up_for(string queue)
    {
        var options = $"--transport sqs --endpoint {SqsEndpoint.Require("elasticmq")} --queue {queue} {Short}";
        var publisher = _run.StartOnLedger($"{options} --role publisher --messages 600 --poison 2");
        var worker = _run.StartOnLedger($"{options} --role worker");
        await _run.HandledAsync(150);
        await worker.KillAsync();
        var another = _run.StartOnLedger($"{options} --role worker");
        Assert.Equal(0, await publisher.WaitAsync());
        (await _run.EndAsync(another)).ShouldReconcile(published: 600, deadLettered: 12);
    }

    [Theory]
    [InlineData("standard")]
    [InlineData("fifo")]
    public async Task A_killed_publisher_goes_on_where_it_was(string queue)
    {
        var options = $"--transport sqs --endpoint {SqsEndpoint.Require("elasticmq")} --queue {queue} {Short}";
        var intake = $"{options} --role publisher --messages 600 --poison 2";
        var worker = _run.StartOnLedger($"{options} --role worker");
        var publisher = _run.StartOnLedger(intake);
        await _run.ReachedAsync("SELECT COUNT(*) FROM sent WHERE accepted = 1", 150);
        await publisher.KillAsync();
        Assert.Equal(0, await _run.StartOnLedger(intake).WaitAsync());
        (await _run.EndAsync(worker)).ShouldReconcile(published: 600, deadLettered: 12);
    }

    [Fact]
    public async Task Two_workers_share_the_work()
    {
        var options = $"--transport sqs --endpoint {SqsEndpoint.Require("elasticmq")} {Short}";
        var workers = new[] { _run.StartOnLedger($"{options} --role worker"), _run.StartOnLedger($"{options} --role worker") };
        Assert.Equal(0, await _run.StartOnLedger($"{options} --role publisher --messages 600 --poison 2").WaitAsync());
        Assert.Equal(0, await workers[0].WaitAsync());
        (await _run.EndAsync(workers[1])).ShouldReconcile(published: 600, deadLettered: 12);
    }

    public void Dispose() => _run.Dispose();
}
