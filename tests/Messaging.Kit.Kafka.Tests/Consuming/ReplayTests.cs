using System.Collections.Concurrent;
using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>On a real broker: the mock cluster does not look for times.</summary>
public sealed class ReplayTests
{
    private readonly ConcurrentQueue<int> _handled = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replay_begins_at_its_time_whatever_was_committed()
    {
        var topic = await LiveKafka.CreateAsync("replayed", 2);
        await ConsumeAsync(topic, publish: [1, 2, 3], handled: 3);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
        var from = DateTimeOffset.UtcNow;
        await ConsumeAsync(topic, publish: [4, 5], handled: 2);
        await ConsumeAsync(topic, publish: [], handled: 2, options => options.ReplayFrom = from);
        Assert.Equal([1, 2, 3, 4, 5, 4, 5], _handled);
    }

    [Fact]
    public async Task A_group_begins_at_the_first_message_or_when_told_so_at_the_next()
    {
        var topic = await LiveKafka.CreateAsync("begun", 1);
        await ConsumeAsync(topic, publish: [1], handled: 1, options => options.Group = "first");
        await ConsumeAsync(topic, publish: [], handled: 1, options => options.Group = "second");
        await using var app = await StartAsync(topic, options => (options.Group, options.StartAtEnd) = ("third", true));
        await KafkaApp.UntilAsync(() => app.Consumers[topic].GetBacklogAsync(Token).AsTask().Result is { Total: 0 }, "a start at the end");
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        await app.Bus.PublishAsync(2, new() { Key = "k" }, Token);
        await KafkaApp.UntilAsync(() => _handled.Count == 3, "the next message");
        Assert.Equal([1, 1, 2], _handled);
    }

    private async Task ConsumeAsync(string topic, int[] publish, int handled, Action<KafkaTransportOptions>? tune = null)
    {
        var before = _handled.Count;
        await using var app = await StartAsync(topic, tune);
        foreach (var number in publish)
        {
            await app.Bus.PublishAsync(number, new() { Key = "k" }, Token);
        }

        await KafkaApp.UntilAsync(() => _handled.Count == before + handled, $"{handled} messages");
    }

    private Task<KafkaApp> StartAsync(string topic, Action<KafkaTransportOptions>? tune) => KafkaApp.StartAsync(
        kit =>
        {
            kit.Publish<int>("number", to => to.Kafka(topic));
            kit.Consume(from => from.Kafka(topic)).Handle<int>("number", (number, _, _) =>
            {
                _handled.Enqueue(number);
                return default;
            });
        },
        options =>
        {
            options.Group = $"group-{topic}";
            tune?.Invoke(options);
        },
        LiveKafka.Servers);
}
