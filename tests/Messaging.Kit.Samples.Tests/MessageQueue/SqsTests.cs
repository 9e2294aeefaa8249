namespace Messaging.Kit.Samples.Tests.MessageQueue;

public sealed class SqsTests : IDisposable
{
    private const string Short = "--lease 3 --slow 0.2";

    private readonly SampleRun _run = new("01-message-queue/MessageQueue");

    [Theory]
    [InlineData("elasticmq", 400, "both")]
    [InlineData("ministack", 400, "both")]
    [InlineData("fauxqs", 400, "both")]

    // moto 5.2.5 hands messages of a group to two receives that wait (it looks up the groups in flight before it waits), so order does not hold.
    [InlineData("moto", 100, "standard")]
    public async Task Queues_reconcile(string endpoint, int messages, string queues)
    {
        var summary = await _run.RunAsync($"--transport sqs --endpoint {SqsEndpoint.Require(endpoint)} --queue {queues} --messages {messages} --poison 3 {Short}");
        summary.ShouldReconcile(messages, deadLettered: messages * 3 / 100);
        Assert.True(summary.Json.GetProperty("calls").GetInt64() > 0);
    }

    [Fact]
    public async Task A_message_that_the_broker_loses_is_found_out()
    {
        var options = $"--transport sqs --endpoint {SqsEndpoint.Require("elasticmq")} --queue standard {Short}";
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
