using System.Collections.Concurrent;
using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Tests.Middleware.RetryTopics;

public sealed class RetryTopicsTests
{
    private readonly ConcurrentQueue<(string Message, TimeSpan At)> _attempts = new();
    private readonly ConcurrentDictionary<string, int> _failures = new();

    [Fact]
    public async Task Message_that_fails_comes_again_after_each_delay_and_those_behind_it_go_on()
    {
        _failures["bad"] = 2;
        await using var app = await Start();
        await app.Bus.PublishAsync("bad");
        await app.Bus.PublishAsync("good");
        await app.Clock.PassUntil(UntilAsync(() => _attempts.Count == 4));
        Assert.Equal(["bad", "bad"], _attempts.Select(attempt => attempt.Message).TakeLast(2));
        var times = _attempts.Where(attempt => attempt.Message == "bad").Select(attempt => attempt.At).ToList();
        Assert.InRange(times[1] - times[0], TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        Assert.InRange(times[2] - times[1], TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(62));
        Assert.Empty(Letters(app));
    }

    [Fact]
    public async Task What_fails_at_the_last_topic_is_dead_lettered_with_the_number_of_all_deliveries()
    {
        _failures["bad"] = int.MaxValue;
        await using var app = await Start();
        await app.Bus.PublishAsync("bad");
        await app.Clock.PassUntil(UntilAsync(() => Letters(app).Count > 0));
        var letter = Assert.Single(Letters(app));

        // Three attempts; and a queue counts it as a delivery, too, when a message that is not due yet is looked at.
        Assert.Equal(("exhausted", "4", "No."), (letter.Headers[HeaderNames.DeadLetterReason], letter.Headers[HeaderNames.DeadLetterCount], letter.Headers[HeaderNames.DeadLetterMessage]));
        Assert.Equal(3, _attempts.Count);
    }

    [Fact]
    public async Task Poison_is_dead_lettered_at_once()
    {
        await using var app = await Start();
        var poison = new Envelope(Guid.NewGuid().ToString(), "text", "{"u8.ToArray());
        await app.Runtime.Channels.Single(channel => channel.Destination.Name == "work").SendAsync(poison, TestContext.Current.CancellationToken);
        await app.Clock.PassUntil(UntilAsync(() => Letters(app).Count > 0));
        Assert.Equal("poison", Letters(app).Single().Headers[HeaderNames.DeadLetterReason]);
        Assert.Empty(_attempts);
    }

    [Fact]
    public async Task A_queue_that_counts_the_wait_as_a_delivery_leaves_room_for_the_attempt()
    {
        _failures["bad"] = 1;
        await using var app = await Start(consumer => consumer.UseDeadLetter(to => to.InMemory("dead"), maxDeliveries: 2));
        await app.Bus.PublishAsync("bad");
        await app.Clock.PassUntil(UntilAsync(() => _attempts.Count == 2));
        Assert.Empty(Letters(app));
        Assert.Equal(2, _attempts.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Idempotency_knows_in_a_retry_topic_what_was_handled_before_and_loses_nothing_on_either_side_of_it(bool isInside)
    {
        _failures["bad"] = 1;
        await using var app = await Start(idempotency: isInside ? (false, true) : (true, false));

        // A message whose first attempt failed, and what a crash before the acknowledgement would bring again.
        var work = app.Runtime.Channels.Single(channel => channel.Destination.Name == "work");
        for (var copies = 1; copies <= 2; copies++)
        {
            await work.SendAsync(new Envelope("1", "text", "\"bad\""u8.ToArray()), TestContext.Current.CancellationToken);
            await app.Clock.PassUntil(UntilAsync(() => _attempts.Count == copies));
        }

        _failures["bad"] = 1;
        await work.SendAsync(new Envelope("2", "text", "\"bad\""u8.ToArray()), TestContext.Current.CancellationToken);
        await app.Clock.PassUntil(UntilAsync(() => _attempts.Count == 4));
        await app.Clock.PassUntil(UntilAsync(() => app.Services.GetRequiredService<InMemoryBroker>().GetQueue("work.retry.5s").Peek().Count == 0));
        Assert.Equal(4, _attempts.Count);
    }

    [Fact]
    public async Task What_cannot_go_to_its_topic_is_dead_lettered_for_why_it_failed()
    {
        _failures["bad"] = int.MaxValue;
        await using var app = await Start(mostBytes: 1);
        await app.Bus.PublishAsync("bad");
        await app.Clock.PassUntil(UntilAsync(() => Letters(app).Count > 0));
        Assert.Contains("No.", Letters(app).Single().Headers[HeaderNames.DeadLetterMessage], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_letter_has_all_of_its_attempts_again_when_it_is_sent_back()
    {
        _failures["bad"] = 3;
        await using var app = await Start();
        await app.Bus.PublishAsync("bad");
        await app.Clock.PassUntil(UntilAsync(() => Letters(app).Count > 0));
        var letter = Letters(app).Single();
        Assert.DoesNotContain(letter.Headers, header => header.Key.StartsWith("retry", StringComparison.Ordinal));
        _failures["bad"] = 1;
        await app.Runtime.Channels.Single(channel => channel.Destination.Name == "work").SendAsync(letter, TestContext.Current.CancellationToken);
        await app.Clock.PassUntil(UntilAsync(() => _attempts.Count == 5));
        Assert.Single(Letters(app));
    }

    [Fact]
    public async Task Topic_is_named()
    {
        await using var app = new App(kit => kit.Consume(from => from.InMemory("work")).UseRetryTopics(_ => { }).Handle<string>("text", (_, _, _) => default));
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => app.Runtime.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("UseRetryTopics names no topic", failure.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static IReadOnlyList<Envelope> Letters(App app) => app.Services.GetRequiredService<InMemoryBroker>().GetQueue("dead").Peek();

    private async Task<App> Start(Action<ConsumeBuilder>? deadLetter = null, (bool Before, bool After) idempotency = default, int mostBytes = 1_000_000)
    {
        App app = null!;
        app = await App.Start(kit =>
        {
            kit.Publish<string>("text", to => to.InMemory("work"));
            var consumer = kit.Consume(from => from.InMemory("work"));
            (deadLetter ?? (builder => builder.UseDeadLetter(to => to.InMemory("dead"))))(consumer);
            if (idempotency.Before)
            {
                consumer.UseIdempotency();
            }

            consumer.UseRetryTopics(topics => topics
                .Add(TimeSpan.FromSeconds(5), to => to.InMemory("work.retry.5s", queue => queue.MaxMessageBytes = mostBytes), from => from.InMemory("work.retry.5s"))
                .Add(TimeSpan.FromMinutes(1), to => to.InMemory("work.retry.60s"), from => from.InMemory("work.retry.60s")));
            if (idempotency.After)
            {
                consumer.UseIdempotency();
            }

            consumer.Handle<string>("text", (message, _, _) =>
            {
                _attempts.Enqueue((message, app.Clock.GetUtcNow().TimeOfDay));
                if (_failures.GetValueOrDefault(message) > 0)
                {
                    _failures[message]--;
                    throw new InvalidOperationException("No.");
                }

                return default;
            });
        });
        return app;
    }
}
