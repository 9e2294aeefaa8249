using System.Collections.Concurrent;
using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>A member that its group takes for dead while its handlers are running.</summary>
public sealed class ExpulsionTests
{
    private const int Count = 10;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_being_handled_commits_nothing_and_all_of_it_comes_again_in_order(bool endsBeforeItComesBack)
    {
        using var cluster = new ControlledCluster();
        cluster.Create("expelled");
        var started = new ConcurrentQueue<int>();
        var ended = new ConcurrentQueue<int>();
        var cancelled = new TaskCompletionSource();
        TaskCompletionSource[] ends = [new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)];
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka("expelled"));
                kit.Consume(from => from.Kafka("expelled")).Handle<int>("number", async (number, _, token) =>
                {
                    started.Enqueue(number);
                    if (number == 0)
                    {
                        // It is told to end, and does not.
                        using var told = token.Register(cancelled.SetResult);
                        await ends[started.Count(again => again == 0) - 1].Task;
                    }

                    ended.Enqueue(number);
                });
            },
            options =>
            {
                options.Group = "expelled";
                MockCluster.Tune(options);
            },
            cluster.BootstrapServers);
        await app.Bus.PublishManyAsync(Enumerable.Range(0, Count), _ => new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => started.Count == 1, "the first message");

        cluster.SwitchOff();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        if (endsBeforeItComesBack)
        {
            ends[0].SetResult();
        }

        cluster.SwitchOn();
        if (!endsBeforeItComesBack)
        {
            // It is back when another key gets on; its own waits for what is still being handled.
            await app.Bus.PublishAsync(Count, new() { Key = "other" }, Token);
            await KafkaApp.UntilAsync(() => ended.Contains(Count), "the message of another key");
            Assert.Equal([0, Count], started);
            ends[0].SetResult();
        }

        await KafkaApp.UntilAsync(() => started.Count(number => number == 0) == 2, "the first message again");

        // Several times as long as progress waits to be committed.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
        Assert.Equal(Offset.Unset, Committed(cluster));
        ends[1].SetResult();
        await KafkaApp.UntilAsync(() => ended.Contains(Count - 1), "all messages");
        Assert.Equal([0, .. Enumerable.Range(0, Count)], started.Where(number => number < Count));
        Assert.Equal([0, .. Enumerable.Range(0, Count)], ended.Where(number => number < Count));
        await KafkaApp.UntilAsync(() => Committed(cluster) >= Count, "the commit");
    }

    private static Offset Committed(ControlledCluster cluster)
    {
        using var reader = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "expelled" }).Build();
        return reader.Committed([new("expelled", 0)], TimeSpan.FromSeconds(10)).Single().Offset;
    }
}
