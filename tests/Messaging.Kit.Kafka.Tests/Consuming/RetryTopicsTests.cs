using System.Collections.Concurrent;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

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
        var spans = new ConcurrentQueue<TimeSpan>();
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
                    spans.Enqueue(DateTimeOffset.Parse(context.Headers[HeaderNames.DeadLetterLast]!, null) - DateTimeOffset.Parse(context.Headers[HeaderNames.DeadLetterFirst]!, null));
                    letters.Enqueue((context.Headers[HeaderNames.DeadLetterReason], context.Headers[HeaderNames.DeadLetterCount]));
                    return default;
                });
            },
            options => options.Group = name);
        await app.Bus.PublishManyAsync(Enumerable.Range(0, 10), _ => new() { Key = "one" }, TestContext.Current.CancellationToken);
        await KafkaApp.UntilAsync(() => !letters.IsEmpty, "a dead letter");
        Assert.Equal(("exhausted", "3"), Assert.Single(letters));
        Assert.True(spans.Single() >= TimeSpan.FromSeconds(0.69), $"{spans.Single()}");
        Assert.Equal(12, attempts.Count);
        var times = attempts.Where(attempt => attempt.Number == 3).Select(attempt => attempt.At).ToList();
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(0.19), $"{times[1] - times[0]}");
        Assert.True(times[2] - times[1] >= TimeSpan.FromSeconds(0.49), $"{times[2] - times[1]}");
    }

    [Fact]
    public async Task A_message_that_waits_for_its_time_is_not_stuck()
    {
        var name = $"waiting-{Guid.NewGuid():N}";
        Array.ForEach([name, $"{name}.retry.3s", $"{name}.dead"], MockCluster.Create);
        var attempts = 0;
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(name));
                kit.Consume(from => from.Kafka(name))
                    .UseDeadLetter(to => to.Kafka($"{name}.dead"))
                    .UseRetryTopics($"{name}.retry", TimeSpan.FromSeconds(3))
                    .Handle<int>("number", (_, _, _) => Interlocked.Increment(ref attempts) == 1 ? throw new InvalidOperationException("Not at the first time.") : default);
            },
            options => (options.Group, options.StuckAfter) = (name, TimeSpan.FromSeconds(1)));
        await app.Bus.PublishAsync(1, new() { Key = "one" }, TestContext.Current.CancellationToken);
        await KafkaApp.UntilAsync(() => Volatile.Read(ref attempts) == 1, "the first attempt");
        var health = app.Services.GetRequiredService<HealthCheckService>();
        while (Volatile.Read(ref attempts) == 1)
        {
            var report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain(report.Entries.Values, entry => entry.Description?.Contains("same first message", StringComparison.Ordinal) == true);
        }
    }
}
