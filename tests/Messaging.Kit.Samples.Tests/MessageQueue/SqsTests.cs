using Messaging.Kit.Testing.Faults;

namespace Messaging.Kit.Samples.Tests.MessageQueue;

public sealed class SqsTests : IDisposable
{
    // A short lease, so that what a killed process held comes back soon.
    private const string Short = "--lease 3 --slow 0.2";

    private readonly MessageQueueRun _run = new();

    [Theory]
    [InlineData("elasticmq", 400)]
    [InlineData("ministack", 400)]
    [InlineData("moto", 100)]
    [InlineData("fauxqs", 400)]
    public async Task Both_queues_reconcile(string endpoint, int messages)
    {
        var summary = await _run.RunAsync($"--transport sqs --endpoint {SqsEndpoint.Require(endpoint)} --messages {messages} --poison 3 {Short}");
        summary.ShouldReconcile(messages, deadLettered: messages * 3 / 100);
        Assert.True(summary.Json.GetProperty("calls").GetInt64() > 0);
    }

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
        await _run.AcceptedAsync(150);
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

    [Theory]
    [InlineData("standard")]
    [InlineData("fifo")]
    public async Task Throttling_errors_partial_failures_and_lost_answers_cost_nothing_but_time(string queue)
    {
        await using var proxy = FaultProxy.Start(SqsEndpoint.Require("elasticmq"), seed: 1);
        proxy.Sometimes(0.05, FaultProxy.AnyOperation, Fault.Throttled);
        proxy.Sometimes(0.05, FaultProxy.AnyOperation, Fault.ServerError);
        proxy.Sometimes(0.03, FaultProxy.AnyOperation, Fault.LostAnswer);
        proxy.Sometimes(0.30, "SendMessageBatch", Fault.FailEntries(0.5));
        proxy.Sometimes(0.30, "DeleteMessageBatch", Fault.FailEntries(0.5));
        proxy.Sometimes(0.30, "ChangeMessageVisibilityBatch", Fault.FailEntries(0.5));
        var summary = await _run.RunAsync($"--transport sqs --endpoint {proxy.Endpoint} --queue {queue} --messages 400 --poison 3 {Short}");

        // A message whose deliveries were lost on the way often enough is dead-lettered as well.
        summary.ShouldReconcile(400, Math.Max(12, (int)summary.DeadLettered));
        Assert.True(proxy.CountOf(FaultProxy.AnyOperation).Faulted > 10);
    }

    [Fact]
    public async Task A_message_that_the_broker_loses_is_found_out()
    {
        await using var proxy = FaultProxy.Start(SqsEndpoint.Require("elasticmq"));
        var options = $"--transport sqs --endpoint {proxy.Endpoint} --queue standard {Short}";
        var publisher = _run.StartOnLedger($"{options} --role publisher --messages 100 --poison 0");
        Assert.Equal(0, await publisher.WaitAsync());
        _run.Tamper("INSERT INTO sent (number, id, queue, accepted) VALUES (100, 'gone', 'orders', 1)");
        var summary = await _run.RunOnLedgerAsync($"{options} --role worker --idle-timeout 5");
        summary.ShouldNotReconcile("1 accepted, but neither handled nor dead-lettered: gone");
        Assert.Equal(1, summary.Lost);
    }

    [Fact]
    public async Task A_worker_without_a_publisher_gives_up_and_says_why()
    {
        var summary = await _run.RunOnLedgerAsync($"--transport sqs --endpoint {SqsEndpoint.Require("elasticmq")} --queue standard --role worker --idle-timeout 2");
        summary.ShouldNotReconcile("the publisher has not said that it is done");
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_named()
    {
        var summary = await _run.RunAsync("--transport sqs --endpoint http://127.0.0.1:9 --messages 10");
        summary.ShouldNotReconcile("SQS could not be reached");
    }

    public void Dispose() => _run.Dispose();
}
