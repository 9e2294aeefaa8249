using System.Collections.Concurrent;
using System.Diagnostics;
using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.ExactlyOnce;

/// <summary>Calls of the client that do not return.</summary>
public sealed class CallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_that_does_not_return_is_left_behind_and_the_member_goes_on()
    {
        const int Coordinator = 2;
        using var cluster = new ControlledCluster(brokers: 3);
        cluster.Create("in");
        cluster.Coordinate("group", Coordinator);
        var handled = new ConcurrentQueue<int>();
        var away = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka("in"));
                kit.Consume(from => from.Kafka("in")).ExactlyOnce().Handle<int>("number", async (number, _, _) =>
                {
                    if (number == 1)
                    {
                        await away.Task;
                    }

                    handled.Enqueue(number);
                });
            },
            options =>
            {
                options.Group = "group";
                options.ClientSettings["fetch.wait.max.ms"] = "10";
            },
            cluster.BootstrapServers);
        await app.Bus.PublishAsync(0, new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => handled.Count == 1 && app.Consumers["in"].InFlight == 0, "the first message, and its commit");
        await app.Bus.PublishAsync(1, new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => app.Consumers["in"].Handling == 1, "the second message in hand");

        // The client asks the group's coordinator to take the progress, and waits for it whatever time it is given (librdkafka, issue 5456).
        cluster.SwitchOff(Coordinator);
        away.SetResult();
        await KafkaApp.UntilAsync(() => handled.Count == 2, "the second message");
        await Task.Delay(KafkaTransactions.CallPatience + TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        cluster.SwitchOn(Coordinator);

        // Undone, so it comes again: a commit that had only been waited for would have got through now.
        await KafkaApp.UntilAsync(() => handled.Count(number => number == 1) == 2, "the second message again");
        await app.Bus.PublishAsync(2, new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => handled.Contains(2), "the third message");

        // Nor does a stop wait for the call.
        var stop = Stopwatch.StartNew();
        await app.DisposeAsync();
        Assert.InRange(stop.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
