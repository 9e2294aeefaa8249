using System.Collections.Concurrent;
using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>A member that stops: its group knows at once, whatever it was about to do, and nothing that it has handled comes again. On a real broker: the mock cluster has times of its own.</summary>
public sealed class LeavingTests
{
    // The group would wait for 45 seconds for a member that says nothing.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task Member_without_partitions_is_not_waited_for(KafkaGroupProtocol protocol)
    {
        var topic = await LiveKafka.CreateAsync("spare", 1);
        await using var first = await StartAsync(topic, protocol);
        await first.UntilMembersAsync(1);
        await using (var spare = await StartAsync(topic, protocol))
        {
            await first.UntilMembersAsync(2);
        }

        await first.UntilMembersAsync(1, Soon);
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task Member_that_is_stopped_while_it_joins_is_not_waited_for(KafkaGroupProtocol protocol)
    {
        // From before its first request to after the last round: the groups of other members agree within a heartbeat, which is three seconds.
        int[] moments = [0, 30, 60, 100, 200, 500, 1_000, 2_000, 3_000, 4_000];
        await Task.WhenAll(moments.Select(async moment =>
        {
            var topic = await LiveKafka.CreateAsync($"joining-{moment}");
            await using var first = await StartAsync(topic, protocol);
            await first.UntilMembersAsync(1);
            await using (var joining = await StartAsync(topic, protocol))
            {
                await Task.Delay(moment, Token);
            }

            await first.UntilMembersAsync(1, Soon);

            // Who comes then shares with the first, and with nobody else.
            await using var next = await StartAsync(topic, protocol);
            await next.PublishAsync(100);
            await KafkaApp.UntilAsync(() => first.Handled.Count + next.Handled.Count == 100, $"all messages, {moment} ms");
        }));
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task What_was_handled_before_a_stop_does_not_come_again_even_when_the_group_shares_its_partitions_anew(KafkaGroupProtocol protocol)
    {
        int[] moments = [0, 100, 1_000, 2_000, 3_000, 4_000];
        await Task.WhenAll(moments.Select(async moment =>
        {
            var topic = await LiveKafka.CreateAsync($"last-{moment}");
            var leaving = await StartAsync(topic, protocol);
            await leaving.PublishAsync(500);
            await KafkaApp.UntilAsync(() => leaving.Handled.Count == 500, "all messages");
            await using var next = await StartAsync(topic, protocol);
            await Task.Delay(moment, Token);
            await leaving.DisposeAsync();
            await next.PublishAsync(10);
            await KafkaApp.UntilAsync(() => leaving.Handled.Count + next.Handled.Count >= 510, "what came later");
            await next.UntilMembersAsync(1);
            Assert.Equal(510, leaving.Handled.Count + next.Handled.Count);
        }));
    }

    private static async Task<Running> StartAsync(string topic, KafkaGroupProtocol protocol)
    {
        var handled = new ConcurrentQueue<int>();
        var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(topic));
                kit.Consume(from => from.Kafka(topic)).Handle<int>("number", (number, _, _) =>
                {
                    handled.Enqueue(number);
                    return default;
                });
            },

            // What is committed when it leaves is not committed before.
            options => (options.Group, options.GroupProtocol, options.CommitInterval) = (topic, protocol, TimeSpan.FromMinutes(1)),
            LiveKafka.Servers);
        return new(app, topic, handled);
    }

    private sealed class Running(KafkaApp app, string group, ConcurrentQueue<int> handled) : IAsyncDisposable
    {
        public ConcurrentQueue<int> Handled => handled;

        public async Task PublishAsync(int count) => Assert.All(
            await app.Bus.PublishManyAsync(Enumerable.Range(0, count), number => new() { Key = $"{number}" }, Token),
            outcome => Assert.Null(outcome.Error));

        public Task UntilMembersAsync(int count) => UntilMembersAsync(count, TimeSpan.FromSeconds(60));

        /// <summary>Waits until its group has so many members, and they agree on their shares.</summary>
        public async Task UntilMembersAsync(int count, TimeSpan atMost)
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build();
            for (var started = TimeProvider.System.GetTimestamp(); ;)
            {
                var found = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
                if (found.Members.Count == count && found.State == ConsumerGroupState.Stable)
                {
                    return;
                }

                Assert.True(TimeProvider.System.GetElapsedTime(started) < atMost, $"The group has {found.Members.Count} members and is {found.State}; expected within {atMost.TotalSeconds} s: {count}.");
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
