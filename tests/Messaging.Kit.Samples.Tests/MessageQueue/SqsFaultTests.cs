using Messaging.Kit.Testing.Faults;

namespace Messaging.Kit.Samples.Tests.MessageQueue;

public sealed class SqsFaultTests : IDisposable
{
    // A short lease, so that what an answer lost on its way held comes back soon.
    private const string Short = "--lease 3 --slow 0.2";

    private readonly SampleRun _run = new("01-message-queue/MessageQueue");

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

    public void Dispose() => _run.Dispose();
}
