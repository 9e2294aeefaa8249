using System.Collections.Concurrent;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Kafka.Tests.Consuming;

public sealed class RetryTopicsTests
{
    [Fact]
    public async Task What_fails_goes_through_the_retry_topics_to_the_dead_letters_and_the_rest_goes_on()
    {
        var name = $"tiers-{Guid.NewGuid():N}";
        Array.ForEach([name, $"{name}.retry.0.2s", $"{name}.retry.0.5s", $"{name}.dead"], MockCluster.Create);
        var attempts = new ConcurrentQueue<(int Number, DateTimeOffset At)>();
        var letters = new ConcurrentQueue<(string? Reason, string? Count)>();
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(name));
                kit.Consume(from => from.Kafka(name))
                    .UseDeadLetter(to => to.Kafka($"{name}.dead"))
                    .UseRetryTopics($"{name}.retry", TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.5))
                    .Handle<int>("number", (number, _, _) =>
                    {
                        attempts.Enqueue((number, DateTimeOffset.UtcNow));
                        return number == 3 ? throw new InvalidOperationException("Never.") : default;
                    });
                kit.Consume(from => from.Kafka($"{name}.dead")).HandleRaw((context, _) =>
                {
                    letters.Enqueue((context.Headers[HeaderNames.DeadLetterReason], context.Headers[HeaderNames.DeadLetterCount]));
                    return default;
                });
            },
            options => options.Group = name);
        await app.Bus.PublishManyAsync(Enumerable.Range(0, 10), _ => new() { Key = "one" }, TestContext.Current.CancellationToken);
        await KafkaApp.UntilAsync(() => !letters.IsEmpty, "a dead letter");
        Assert.Equal(("exhausted", "3"), Assert.Single(letters));
        Assert.Equal(12, attempts.Count);
        var times = attempts.Where(attempt => attempt.Number == 3).Select(attempt => attempt.At).ToList();
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(0.19), $"{times[1] - times[0]}");
        Assert.True(times[2] - times[1] >= TimeSpan.FromSeconds(0.49), $"{times[2] - times[1]}");
    }
}
